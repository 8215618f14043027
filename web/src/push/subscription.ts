import type { PushKey } from '#domain/questions.ts';
import { ask } from '../api/ask.ts';

async function pushManager(): Promise<PushManager> {
  return (await navigator.serviceWorker.ready).pushManager;
}

export async function findSubscription(): Promise<PushSubscription | null> {
  return (await pushManager()).getSubscription();
}

/**
 * Subscribes to what this platform sends; `isAnew`: with an address that was never used. Throws what the browser says
 * where its push service is out of reach, and `ApiProblem`.
 */
export async function subscribe(isAnew: boolean): Promise<PushSubscription> {
  const { public_key: key } = await ask<PushKey>('GET /v1/push/key');
  const manager = await pushManager();
  const before = await manager.getSubscription();
  // A browser refuses a second key beside the first: another platform had this address before.
  if (before !== null && (isAnew || !isOfKey(before, key))) await before.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function isOfKey({ options }: PushSubscription, key: string): boolean {
  const { applicationServerKey } = options;
  if (applicationServerKey === null) return false;
  const bytes = String.fromCharCode(...new Uint8Array(applicationServerKey));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') === key;
}

/** As the settings of a contact of the channel `push`: a browser may say more of a subscription than that takes. */
export function settingsOf(subscription: PushSubscription): Record<string, unknown> {
  const { endpoint, keys = {} } = subscription.toJSON();
  return { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
}
