/** Stable, shown on the command line. */
export type MoveErrorCode =
  | 'nothing_to_move'
  | 'target_not_empty'
  | 'target_in_use'
  | 'source_changed'
  | 'move_differs';

/** Why a platform cannot move; its message is for people. */
export class MoveError extends Error {
  readonly code: MoveErrorCode;

  constructor(code: MoveErrorCode, message: string) {
    super(message);
    this.name = 'MoveError';
    this.code = code;
  }
}
