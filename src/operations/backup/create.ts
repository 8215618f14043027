import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { audited, authorize, type OperationContext } from '../context.ts';

// Tested by: test/e2e/backup.test.ts

export interface BackupFile {
  contentType: string;
  fileName: string;
  /** Pulled piece by piece; an error while it runs is thrown from the iterator. */
  bytes: AsyncIterable<Uint8Array>;
}

/**
 * All of the platform as one file, secrets and every customer's things included; so it is for the administrators of
 * the customer that the platform started with. Throws `forbidden`, `not_supported` where the
 * database has tools of its own, and what the port says.
 */
export async function createBackup({ ctx }: { ctx: OperationContext }): Promise<BackupFile> {
  authorize(ctx, 'admin');
  if (ctx.caller.customer !== MAIN_CUSTOMER) {
    throw new VigieError('forbidden', 'Only administrators of the platform may back it up.');
  }
  if (ctx.backups === undefined) {
    throw new VigieError(
      'not_supported',
      'The database of this platform is backed up by its own tools.',
    );
  }
  const at = new Date(ctx.clock.now()).toISOString();
  await audited(ctx, { action: 'backup.create', target: `backup/${at}` }, async () => undefined);
  const bytes = await ctx.backups.backup();
  return {
    contentType: 'application/x-tar',
    fileName: `vigie-${at.slice(0, 19).replace(/[:T]/g, '-')}.tar`,
    bytes,
  };
}
