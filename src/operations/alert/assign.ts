import type { Alert } from '#domain/alert.ts';
import { AssignInput } from '#domain/questions.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { changeAlert } from './change.ts';

const check = inputCheck(AssignInput);

/** Says who takes care of the alert; null takes it back. The history keeps the name as its comment. */
export async function assignAlert({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown };
}): Promise<Alert> {
  authorize(ctx, 'admin');
  const { assignee } = check(input.body);
  return changeAlert(ctx, {
    id: input.id,
    verb: 'assign',
    change: 'assigned',
    comment: assignee,
    set: () => ({ assignee }),
  });
}
