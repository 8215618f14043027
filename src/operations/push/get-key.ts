import type { PushKey } from '#domain/questions.ts';
import { vapidKeys } from '#storage/state/vapid-keys.ts';
import { authorize, type OperationContext } from '../context.ts';

// Tested by: services/api/push.test.ts

/** What a browser needs to subscribe to messages of this platform (RFC 8292, section 3.2). */
export async function getPushKey({ ctx }: { ctx: OperationContext }): Promise<PushKey> {
  authorize(ctx, 'read');
  const { publicKey } = await vapidKeys(ctx.state.db);
  return { public_key: publicKey };
}
