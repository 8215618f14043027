import { deleteInSteps, type InTurn } from './delete-in-steps.ts';
import { DELETE_BEFORE } from './queries.ts';

/** Removes samples before a time; loading has its turns in between. Answers how many. */
export async function deleteBefore(inTurn: InTurn, beforeMs: number): Promise<number> {
  let deleted = 0;
  for (const statement of DELETE_BEFORE) {
    deleted += await deleteInSteps(inTurn, statement, [{ timeMs: beforeMs }]);
  }
  return deleted;
}
