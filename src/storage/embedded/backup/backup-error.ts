/** Stable, shown on the command line. */
export type BackupErrorCode =
  | 'backup_damaged'
  | 'backup_newer'
  | 'folder_not_empty'
  | 'nothing_to_back_up';

/** Why a backup cannot be made or put back; its message is for people. */
export class BackupError extends Error {
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BackupError';
    this.code = code;
  }
}

export function damaged(detail: string, cause?: unknown): BackupError {
  const advice = 'Use another backup; nothing was changed.';
  return new BackupError('backup_damaged', `The backup is damaged: ${detail}. ${advice}`, cause);
}
