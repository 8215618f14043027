import type { Alert } from '#domain/alert.ts';
import { VigieError } from '#domain/errors.ts';
import { ResetInput } from '#domain/questions.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { changeAlert } from './change.ts';

const check = inputCheck(ResetInput);

/**
 * Ends a latched alert whose condition no longer holds; whoever was told of it is told that it is over. Throws
 * `invalid_state` where it has cleared, does not latch, or its condition still holds.
 */
export async function resetAlert({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body?: unknown };
}): Promise<Alert> {
  authorize(ctx, 'admin');
  const { comment } = check(input.body);
  const alert = await changeAlert(ctx, {
    id: input.id,
    verb: 'reset',
    change: 'reset',
    comment: comment ?? null,
    set(before, nowMs) {
      if (before.state === 'cleared')
        throw new VigieError('invalid_state', 'The alert has cleared already.');
      if (before.returned_at === null)
        throw new VigieError(
          'invalid_state',
          'The condition of the alert still holds, or its rule does not latch: it clears by itself.',
        );
      return { state: 'cleared', cleared_at: nowMs, next_repeat_at: nowMs };
    },
  });
  ctx.bus.publish('outbox.filled', { customer: ctx.caller.customer });
  return alert;
}
