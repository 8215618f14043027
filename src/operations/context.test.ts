import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { documentRow } from '#test/support/state-rows.ts';
import { audited, authorize } from './context.ts';

test('admin includes every scope, and no other scope includes another', async () => {
  const { as } = await createOperations();
  for (const scope of ['ingest', 'read', 'admin'] as const) {
    expect(await codeOf(() => authorize(as('main', ['admin']), scope))).toBeUndefined();
    expect(await codeOf(() => authorize(as('main', [scope]), scope))).toBeUndefined();
    expect(await codeOf(() => authorize(as('main', []), scope))).toBe('forbidden');
  }
  expect(await codeOf(() => authorize(as('main', ['read']), 'admin'))).toBe('forbidden');
  expect(await codeOf(() => authorize(as('main', ['ingest']), 'read'))).toBe('forbidden');
});

test('a change and its audit row are written together', async () => {
  const { as, state } = await createOperations();
  const answer = await audited(
    as('main'),
    { action: 'thing.put', target: 'thing/1', detail: { a: 1 } },
    () => Promise.resolve(42),
  );
  expect(answer).toBe(42);
  const [row] = await state.db.selectFrom('audit').selectAll().execute();
  expect(row).toMatchObject({
    customer: 'main',
    who: 'key:main-key',
    action: 'thing.put',
    target: 'thing/1',
    detail: '{"a":1}',
    request_id: 'request-1',
  });
});

test('work that fails leaves neither a change nor an audit row', async () => {
  const { as, state } = await createOperations();
  const work = audited(as('main'), { action: 'rule.put', target: 'rule/x' }, async (tx) => {
    await tx.insertInto('documents').values(documentRow()).execute();
    throw new Error('on purpose');
  });
  await expect(work).rejects.toThrow('on purpose');
  expect(await state.db.selectFrom('documents').selectAll().execute()).toEqual([]);
  expect(await auditedActions(state)).toEqual([]);
});

test('an audit row that cannot be written takes the change back', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  const change = { action: null as unknown as string, target: 'sensor/x' };
  const work = audited(ctx, change, (tx) =>
    tx.insertInto('documents').values(documentRow()).execute(),
  );
  await expect(work).rejects.toThrow();
  expect(await state.db.selectFrom('documents').selectAll().execute()).toEqual([]);
});
