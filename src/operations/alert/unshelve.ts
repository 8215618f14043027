import type { Alert } from '#domain/alert.ts';
import { VigieError } from '#domain/errors.ts';
import { UnshelveInput } from '#domain/questions.ts';
import { takeOffShelf } from '#storage/state/alarms.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { changeAlert } from './change.ts';

// Tested by: shelve.test.ts

const check = inputCheck(UnshelveInput);

/** Brings a shelved alarm back before its time; an alert that still stands is told now. Throws `invalid_state` where it is not shelved. */
export async function unshelveAlert({
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
    verb: 'unshelve',
    change: 'unshelved',
    comment: comment ?? null,
    set(before, nowMs) {
      if ((before.shelved_until ?? 0) <= nowMs)
        throw new VigieError('invalid_state', 'The alert is not shelved.');
      return {
        shelved_until: null,
        shelve_one_shot: 0,
        ...(before.state === 'active' ? { next_repeat_at: nowMs } : {}),
      };
    },
    andThen: (after, tx) =>
      takeOffShelf(tx, {
        ruleId: after.rule_id,
        sensorPk: after.sensor_pk,
      }),
  });
  ctx.bus.publish('outbox.filled', { customer: ctx.caller.customer });
  return alert;
}
