import { type ApiKeyCreated, ApiKeyInput } from '#domain/access.ts';
import { selectorProblems } from '#engine/rules/selector.ts';
import { insertKey } from '#storage/state/api-keys.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { inputTime } from '../input-times.ts';
import { hashSecret, newKeyId, newKeyText } from './key-text.ts';
import { keyView } from './key-view.ts';

const check = inputCheck(ApiKeyInput);

/** Makes a key. Its text is in this answer and nowhere else. */
export async function createKey({
  ctx,
  input,
}: {
  ctx: Pick<OperationContext, 'caller' | 'state' | 'clock' | 'bus'>;
  input: unknown;
}): Promise<ApiKeyCreated> {
  authorize(ctx, 'admin');
  const { name, scopes, sensors, rate_limit: rateLimit, expires_at: expiresAt } = check(input);
  const { customer } = ctx.caller;
  const nowMs = ctx.clock.now();
  const expiresMs = inputTime(expiresAt, '/expires_at') ?? null;
  if (expiresMs !== null && expiresMs <= nowMs) {
    throw refuse([{ pointer: '/expires_at', detail: 'lies in the past' }]);
  }
  const problems = selectorProblems({ sensors: sensors ?? [] }).map(({ pointer, detail }) => ({
    pointer: pointer.replace('/where', ''),
    detail,
  }));
  if (problems.length > 0) throw refuse(problems);
  const id = newKeyId();
  const text = newKeyText(id);
  const row = {
    id,
    customer,
    name,
    hash: hashSecret(text),
    scopes: JSON.stringify(scopes),
    sensors: sensors ? JSON.stringify(sensors) : null,
    rate_limit: rateLimit ?? null,
    created_at: nowMs,
    expires_at: expiresMs,
    revoked_at: null,
  };
  const change = { action: 'key.create', target: `key/${id}`, detail: keyView(row) };
  await audited(ctx, change, (tx) => insertKey(tx, row));
  ctx.bus.publish('keys.changed', { customer, isNew: true });
  return { ...keyView(row), key: text };
}
