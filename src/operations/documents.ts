import { VigieError } from '#domain/errors.ts';
import { formatTime } from '#domain/time.ts';
import {
  type DocumentKind,
  deleteDocument,
  documentPages,
  existingDocuments,
  findDocument,
  insertDocument,
  replaceDocument,
} from '#storage/state/documents.ts';
import type { DocumentsTable } from '#storage/state/schema.ts';
import type { StateDb, StateTransaction } from '#storage/state/state-store.ts';
import { audited, type OperationContext } from './context.ts';
import type { InputProblem } from './describe-errors.ts';

// Tested by: documents.test.ts. Rules, contacts and policies are kept alike: a JSON body by customer and id.

export const parseBody = <T>(row: DocumentsTable): T => JSON.parse(row.body) as T;

export function noSuch(kind: DocumentKind, id: string): VigieError {
  return new VigieError('not_found', `There is no ${kind} ${id}.`);
}

/** The caller's document as it is stored. Throws `not_found`. */
export async function loadDocument<T>(
  ctx: OperationContext,
  kind: DocumentKind,
  id: string,
): Promise<T> {
  const row = await findDocument(ctx.state.db, { customer: ctx.caller.customer, kind, id });
  if (row === undefined) throw noSuch(kind, id);
  return parseBody<T>(row);
}

/** What a document carries besides what people say of it. */
export interface DocumentFacts {
  id: string;
  revision: number;
  created_at: string;
  updated_at: string;
}

export interface DocumentWrite<T> {
  kind: DocumentKind;
  id: string;
  /** `create` refuses an id that is taken. */
  verb: 'create' | 'put' | 'put-picture';
  /** For the audit; never a secret. */
  detail: unknown;
  /** Written only where the stored one has one of these `updated_at` (`*`: any), from `If-Match`. */
  ifMatch?: readonly string[] | undefined;
  /** What is answered while none is stored. */
  standsBefore?: { updated_at: string } | undefined;
  /** Runs inside the transaction; throws what is wrong. */
  make(facts: DocumentFacts, tx: StateTransaction): T | Promise<T>;
}

/**
 * Writes a document and its audit row. Throws `conflict` where `create` finds the id taken, `precondition_failed`
 * where the stored one is not what the change was begun on.
 */
export function writeDocument<T>(
  ctx: OperationContext,
  write: DocumentWrite<T>,
): Promise<{ created: boolean; item: T }> {
  const { kind, id, verb } = write;
  const { customer } = ctx.caller;
  const change = { action: `${kind}.${verb}`, target: `${kind}/${id}`, detail: write.detail };
  return audited(ctx, change, async (tx) => {
    const before = await findDocument(tx, { customer, kind, id });
    if (before !== undefined && verb === 'create') throw taken(kind, id);
    checkUnchanged(write, before);
    // No two of a document are the same, whatever the clock says: who has read one can be told from who has not.
    const nowMs = Math.max(ctx.clock.now(), (before?.updated_at ?? 0) + 1);
    const createdMs = before?.created_at ?? nowMs;
    const revision = (before?.revision ?? 0) + 1;
    const facts = {
      id,
      revision,
      created_at: formatTime(createdMs),
      updated_at: formatTime(nowMs),
    };
    const item = await write.make(facts, tx);
    const row = {
      ...{ customer, kind, id, revision },
      body: JSON.stringify(item),
      created_at: createdMs,
      updated_at: nowMs,
    };
    if (before !== undefined) await replaceDocument(tx, row);
    else if (!(await insertDocument(tx, row))) throw taken(kind, id);
    return { created: before === undefined, item };
  });
}

function checkUnchanged(
  {
    kind,
    id,
    ifMatch,
    standsBefore,
  }: Pick<DocumentWrite<unknown>, 'kind' | 'id' | 'ifMatch' | 'standsBefore'>,
  before: DocumentsTable | undefined,
): void {
  if (ifMatch === undefined) return;
  const changedAt = before === undefined ? standsBefore?.updated_at : formatTime(before.updated_at);
  if (changedAt === undefined) {
    throw new VigieError('precondition_failed', `The ${kind} ${id} has been removed meanwhile.`);
  }
  if (ifMatch.includes('*') || ifMatch.includes(changedAt)) return;
  throw new VigieError(
    'precondition_failed',
    `The ${kind} ${id} was changed at ${changedAt}, after it was read; nothing is overwritten. Read it again.`,
  );
}

function taken(kind: DocumentKind, id: string): VigieError {
  return new VigieError('conflict', `There is a ${kind} ${id} already.`);
}

/** Removes a document and writes its audit row. Throws `not_found`, or what `refuseWhile` throws. */
export function removeDocument(
  ctx: OperationContext,
  kind: DocumentKind,
  { id, refuseWhile }: { id: string; refuseWhile?: (tx: StateTransaction) => Promise<void> },
): Promise<void> {
  const { customer } = ctx.caller;
  return audited(ctx, { action: `${kind}.delete`, target: `${kind}/${id}` }, async (tx) => {
    await refuseWhile?.(tx);
    if (!(await deleteDocument(tx, { customer, kind, id }))) throw noSuch(kind, id);
  });
}

/** A problem for each document that is named and is not there. `named` = pointer → id. */
export async function missingDocuments(
  tx: StateTransaction,
  { customer, kind }: { customer: string; kind: DocumentKind },
  named: readonly (readonly [pointer: string, id: string])[],
): Promise<InputProblem[]> {
  const ids = [...new Set(named.map(([, id]) => id))];
  const existing = await existingDocuments(tx, { customer, kind, ids });
  return named
    .filter(([, id]) => !existing.has(id))
    .map(([pointer, id]) => ({ pointer, detail: `there is no ${kind} ${id}` }));
}

/** Every document of a kind. */
export async function* allDocuments<T>(
  db: StateDb | StateTransaction,
  of: { customer: string; kind: DocumentKind },
): AsyncIterable<T> {
  for await (const rows of documentPages(db, of)) yield* rows.map(parseBody<T>);
}
