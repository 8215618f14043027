/** What a command's process ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, partly: 4 } as const;

/** Ends a command with a short message; `code` is stable, from the platform or of the command line itself. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly code: string;

  constructor(failure: { exitCode?: number; code: string; message: string; cause?: unknown }) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.name = 'CommandError';
    this.exitCode = failure.exitCode ?? EXIT.failed;
    this.code = failure.code;
  }
}

export function usageError(message: string): CommandError {
  return new CommandError({ exitCode: EXIT.usage, code: 'usage', message });
}

export function unreachable(message: string, cause?: unknown): CommandError {
  return new CommandError({ exitCode: EXIT.unreachable, code: 'unreachable', message, cause });
}
