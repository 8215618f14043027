import type { Alert } from '#domain/alert.ts';
import { VigieError } from '#domain/errors.ts';
import { AcknowledgeInput } from '#domain/questions.ts';
import { leaveOutWaiting } from '#storage/state/told.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { changeAlert } from './change.ts';
import { planReAlert } from './plan-re-alert.ts';
import { tellAcknowledged } from './tell-acknowledged.ts';

const check = inputCheck(AcknowledgeInput);

/**
 * Somebody has seen it: it is told no more, and those whose policy asks for `acknowledged` hear of it. A cleared alert can
 * be acknowledged too (ISA-18.2). Throws `invalid_state` where it is acknowledged already.
 */
export async function acknowledgeAlert({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body?: unknown };
}): Promise<Alert> {
  authorize(ctx, 'admin');
  const { comment } = check(input.body);
  let isTold = false;
  let isToldAgain = false;
  const alert = await changeAlert(ctx, {
    id: input.id,
    verb: 'acknowledge',
    change: 'acknowledged',
    comment: comment ?? null,
    set(before, nowMs) {
      if (before.acknowledged === 1) {
        throw new VigieError('invalid_state', 'The alert is acknowledged already.');
      }
      return {
        acknowledged: 1,
        acknowledged_at: nowMs,
        acknowledged_by: ctx.caller.who,
        next_repeat_at: null,
      };
    },
    async andThen(after, tx) {
      isToldAgain = await planReAlert(tx, after);
      isTold = await tellAcknowledged(ctx, after, tx);
      await leaveOutWaiting(tx, { alertId: after.id, reason: 'acknowledged' });
    },
  });
  if (isTold || isToldAgain) ctx.bus.publish('outbox.filled', { customer: ctx.caller.customer });
  return alert;
}
