import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { pageOfDocuments } from './document-pages.ts';
import { allDocuments, loadDocument, removeDocument, writeDocument } from './documents.ts';

interface Note {
  id: string;
  revision: number;
}

const note = (id: string, verb: 'create' | 'put' = 'put') => ({
  ...{ kind: 'policy' as const, id, verb, detail: undefined },
  make: ({ id, revision }: Note): Note => ({ id, revision }),
});

test('what make throws leaves no document and no audit row', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  const write = writeDocument<Note>(ctx, {
    ...note('a'),
    make: () => {
      throw new Error('on purpose');
    },
  });
  await expect(write).rejects.toThrow('on purpose');
  expect(await codeOf(loadDocument(ctx, 'policy', 'a'))).toBe('not_found');
  expect(await auditedActions(state)).toEqual([]);
});

test('two who create the same id: one does, the other is told of the conflict', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const codes = await Promise.all(
    [1, 2].map(() => codeOf(writeDocument(ctx, note('a', 'create')))),
  );
  expect(codes.toSorted()).toEqual(['conflict', undefined]);
});

test('writes at the same time each count a revision', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  await Promise.all(Array.from({ length: 5 }, () => writeDocument(ctx, note('a'))));
  expect(await loadDocument<Note>(ctx, 'policy', 'a')).toEqual({ id: 'a', revision: 5 });
});

test('pages go through every document once, also when some are added between', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  for (const id of ['b', 'd', 'f']) await writeDocument(ctx, note(id));
  const first = await pageOfDocuments<Note>(ctx, 'policy', { limit: 2 });
  expect(first.items.map(({ id }) => id)).toEqual(['b', 'd']);
  await writeDocument(ctx, note('a'));
  await writeDocument(ctx, note('e'));
  const cursor = first.next_cursor!;
  const second = await pageOfDocuments<Note>(ctx, 'policy', { limit: 2, cursor });
  expect(second.items.map(({ id }) => id)).toEqual(['e', 'f']);
  expect(second.next_cursor).toBeNull();
  expect(await codeOf(pageOfDocuments(ctx, 'contact', { cursor }))).toBe('invalid_request');
});

test('all documents are those of one customer, also beyond one portion', async () => {
  const { as, state } = await createOperations();
  await writeDocument(as('other'), note('zzz'));
  const rows = Array.from({ length: 1001 }, (_, at) => ({
    ...{ customer: 'main', kind: 'policy' as const, id: `p${at}`, revision: 1 },
    ...{ body: `{"id":"p${at}"}`, created_at: 0, updated_at: 0 },
  }));
  for (let at = 0; at < rows.length; at += 500) {
    await state.db
      .insertInto('documents')
      .values(rows.slice(at, at + 500))
      .execute();
  }
  const documents = allDocuments<Note>(state.db, { customer: 'main', kind: 'policy' });
  expect(await Array.fromAsync(documents)).toHaveLength(1001);
});

test('removing what is not there is not found, and leaves no audit row', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  expect(await codeOf(removeDocument(ctx, 'policy', { id: 'a' }))).toBe('not_found');
  expect(await auditedActions(state)).toEqual([]);
});
