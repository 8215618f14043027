import type { Alert } from '#domain/alert.ts';
import { VigieError } from '#domain/errors.ts';
import { ShelveInput } from '#domain/questions.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { inputEnd } from '../input-end.ts';
import { changeAlert } from './change.ts';

const check = inputCheck(ShelveInput);
/** OPC UA Part 9 calls it MaxTimeShelved: a forgotten shelf must not hide anything for good. */
const MOST_MS = 7 * 86_400_000;

/**
 * Puts an alarm aside for a while, with a reason: nobody is told of the alert, nor of later ones of the same rule and
 * sensor, until the time is over. With `one_shot` it ends when this alert clears. By itself it comes back, and is told
 * then if it still stands. An alert that is shelved already gets the new time. Throws `invalid_request` where no end is
 * given (but for one shot) or it is more than 7 days ahead, `invalid_state` for one shot of a cleared alert.
 */
export async function shelveAlert({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown };
}): Promise<Alert> {
  authorize(ctx, 'admin');
  const body = check(input.body);
  const nowMs = ctx.clock.now();
  const isOneShot = body.one_shot === true;
  const untilMs = inputEnd(body, nowMs) ?? (isOneShot ? nowMs + MOST_MS : undefined);
  if (untilMs === undefined)
    throw refuse([{ pointer: '/for', detail: 'is missing; give for, until or one_shot' }]);
  if (untilMs > nowMs + MOST_MS)
    throw refuse([
      { pointer: body.for === undefined ? '/until' : '/for', detail: 'is more than 7 days' },
    ]);
  const alert = await changeAlert(ctx, {
    id: input.id,
    verb: 'shelve',
    change: 'shelved',
    comment: body.reason,
    set(before) {
      if (isOneShot && before.state === 'cleared')
        throw new VigieError('invalid_state', 'The alert has cleared: one shot would be over.');
      return {
        shelved_until: untilMs,
        shelve_one_shot: isOneShot ? 1 : 0,
        shelved_by: ctx.caller.who,
        shelve_reason: body.reason,
        ...(before.state === 'active' ? { next_repeat_at: untilMs } : {}),
      };
    },
  });
  // The notifier has to know when the time is over.
  ctx.bus.publish('outbox.filled', { customer: ctx.caller.customer });
  return alert;
}
