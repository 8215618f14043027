import type { Alert } from '#domain/alert.ts';
import { CommentInput } from '#domain/questions.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { changeAlert } from './change.ts';

const check = inputCheck(CommentInput);

/** Puts a remark into the alert's history, whatever its state. */
export async function commentAlert({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown };
}): Promise<Alert> {
  authorize(ctx, 'admin');
  const { comment } = check(input.body);
  return changeAlert(ctx, {
    id: input.id,
    verb: 'comment',
    change: 'commented',
    comment,
    set: () => ({}),
  });
}
