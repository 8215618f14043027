import type { Page, Worker } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { createPushBrowser } from './push-browser.ts';
import { createWebhookReceiver } from './webhook-receiver.ts';

/** A notification as the browser shows it. */
interface Shown {
  title: string;
  body: string;
  tag: string;
  lang: string;
  silent: boolean;
  requireInteraction: boolean;
  actions: { action: string; title: string }[];
}

export interface PushService {
  /** What a browser subscribes with: as in `PushSubscription.toJSON()`. */
  readonly subscription: { endpoint: string; keys: { p256dh: string; auth: string } };
  /** Waits until the platform has sent so many messages in all; answers the last of them, decrypted. */
  message(count: number): Promise<string>;
  /** What it answers from now on. */
  answer(status: number): void;
  /** Where the messages came to. */
  paths(): string[];
}

/** A push service on this machine, and the keys of one browser that it serves. */
export async function createPushService(): Promise<PushService> {
  const [browser, receiver] = [
    await createPushBrowser(),
    await createWebhookReceiver(onTestFinished),
  ];
  receiver.answer(201);
  return {
    subscription: { endpoint: receiver.url, keys: browser.keys },
    async message(count) {
      const posts = await receiver.waitFor(count);
      return (await browser.decrypt(posts[count - 1]!.bytes)).toString();
    },
    answer: (status) => receiver.answer(status),
    paths: () => receiver.received.map(({ path }) => path),
  };
}

/** The page's service worker, as a browser that got a message for it sees it. */
export interface PushedWorker {
  /** Hands it a message, as a push service does; answers the notifications that are then shown. */
  deliver(message: string): Promise<void>;
  shown(): Promise<Shown[]>;
  /** Touches the notification with this tag, or one of its buttons. */
  touch(tag: string, action?: string): Promise<void>;
  readonly worker: Worker;
}

/**
 * Chromium forgets a notification that it is asked for while it is being shown: it is written down, and not on the screen
 * yet. So showing and asking take turns.
 */
const IN_TURN = `(() => {
  let last = Promise.resolve();
  self.inTurn = (work) => (last = last.then(work, work));
  const show = registration.showNotification.bind(registration);
  registration.showNotification = (...all) => inTurn(() => show(...all));
})()`;

/** Of a page that may show notifications, once its worker is installed. */
export async function openWorker(page: Page): Promise<PushedWorker> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => null)');
  const context = page.context();
  const { origin } = new URL(page.url());
  const devTools = await context.newCDPSession(page);
  const known = new Promise<string>((found) =>
    devTools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [one] = registrations;
      if (one !== undefined) found(one.registrationId);
    }),
  );
  await devTools.send('ServiceWorker.enable');
  const registrationId = await known;
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await worker.evaluate(IN_TURN);
  return {
    worker,
    async deliver(data) {
      await devTools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
    },
    shown: () =>
      worker.evaluate(`inTurn(() => registration.getNotifications()).then((all) => all.map(
        ({ title, body, tag, lang, silent, requireInteraction, actions }) =>
        ({ title, body, tag, lang, silent, requireInteraction,
           actions: actions.map(({ action, title }) => ({ action, title })) })))`),
    // A real touch happens outside of the browser; the worker is told of it in the same way.
    touch: (tag, action = '') =>
      worker.evaluate(`inTurn(() => registration.getNotifications({ tag: ${JSON.stringify(tag)} })).then(([notification]) =>
        dispatchEvent(new NotificationEvent('notificationclick',
          { notification, action: ${JSON.stringify(action)} })) && null)`),
  };
}

/**
 * Gives the pages of a context a push service on this machine, since a browser's own needs the internet: this is what
 * `PushManager` answers from the next load on; all that follows is real. What is subscribed is kept beside the page, as a
 * browser keeps it.
 */
export async function replacePushManager(
  page: Page,
  subscription: PushService['subscription'],
): Promise<void> {
  await page.context().addInitScript(`(${REPLACE})(${JSON.stringify(subscription)})`);
}

/** Another address for the same browser, as when its push service moves it. */
export async function moveSubscription(page: Page, endpoint: string): Promise<void> {
  await page.evaluate(`localStorage.setItem('test.endpoint', ${JSON.stringify(endpoint)})`);
}

const REPLACE = `({ endpoint: first, keys }) => {
  const made = (key) => {
    const endpoint = localStorage.getItem('test.endpoint') ?? first;
    const text = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    return {
      endpoint,
      options: { applicationServerKey: bytes.buffer },
      toJSON: () => ({ endpoint, keys, expirationTime: null }),
      unsubscribe: async () => localStorage.removeItem('test.key') ?? true,
    };
  };
  Object.assign(PushManager.prototype, {
    async subscribe({ applicationServerKey, userVisibleOnly }) {
      if (!userVisibleOnly) throw new DOMException('must be visible', 'NotAllowedError');
      localStorage.setItem('test.key', applicationServerKey);
      return made(applicationServerKey);
    },
    async getSubscription() {
      const key = localStorage.getItem('test.key');
      return key === null ? null : made(key);
    },
  });
}`;
