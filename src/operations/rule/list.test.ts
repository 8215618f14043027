import { expect, test } from 'vitest';
import type { ListRulesQuery } from '#domain/questions.ts';
import { insertDocument } from '#storage/state/documents.ts';
import { createOperations } from '#test/support/operations.ts';
import { documentRow } from '#test/support/state-rows.ts';
import { createSensor } from '../sensor/create.ts';
import { listRules } from './list.ts';
import { putRule } from './put.ts';

const when = { metric: 'temperature', above: [{ limit: 5 }] };

async function createRules(rules: Readonly<Record<string, object>>) {
  const { as, state } = await createOperations();
  const ctx = as('main');
  for (const [id, body] of Object.entries(rules))
    await putRule({ ctx, input: { id, body: { when, ...body } } });
  const ids = async (input: ListRulesQuery) =>
    (await listRules({ ctx, input })).items.map(({ id }) => id).join();
  return { ctx, ids, state };
}

test('a text is sought in id and both names alone, whatever the case of its letters', async () => {
  const { ids } = await createRules({
    'cold-1': { name: { en: 'Too cold', fr: 'Trop froid' } },
    'hot-1': { name: { en: 'Too hot', fr: 'Trop chaud à l’ÉTÉ' } },
    odd: { message: { en: 'cold, hot, temperature' } },
  });
  expect(await ids({ q: 'COLD' })).toBe('cold-1');
  expect(await ids({ q: 'trop' })).toBe('cold-1,hot-1');
  expect(await ids({ q: 'été' })).toBe('hot-1');
  expect(await ids({ q: 'temperature' })).toBe('');
  expect(await ids({ q: 'SIL' })).toBe('silent');
  expect(await ids({ q: '' })).toBe('cold-1,hot-1,odd,silent');
});

test('those that are named come on one page, the built-in one too; those that are not there are left out', async () => {
  const { ids } = await createRules({ a: {}, b: {}, c: {} });
  expect(await ids({ ids: ['silent', 'c', 'nobody', 'a'] })).toBe('a,c,silent');
  expect(await ids({ ids: ['c', 'a'] })).toBe('a,c');
  expect(await ids({ ids: ['silent', 'a'], q: 'silent' })).toBe('silent');
});

test('a sensor has the rules that cover it by its id and its labels, of whatever customer', async () => {
  const { ctx, ids } = await createRules({
    elsewhere: { where: { labels: { site: 'paris' } } },
    everywhere: {},
    frozen: { where: { sensors: ['freezer-*'] } },
    lyon: { where: { labels: { site: 'lyon' } } },
    named: { where: { sensors: ['freezer-1'] } },
    other: { where: { sensors: ['freezer-12', 'oven?'] } },
  });
  const covering = { sensor_id: 'freezer-1' };
  expect(await ids(covering)).toBe('everywhere,frozen,named,silent');
  await createSensor({ ctx, input: { id: 'freezer-1', labels: { site: 'lyon' } } });
  expect(await ids(covering)).toBe('everywhere,frozen,lyon,named,silent');
  expect(await ids({ ...covering, q: 'n' })).toBe('frozen,lyon,named,silent');
});

test('pages of a search go through thousands of rules that do not fit, and through each that does once', async () => {
  const { ctx, state } = await createRules({});
  await state.transaction(async (tx) => {
    for (let at = 0; at < 30_000; at += 1000) {
      const rows = Array.from({ length: 1000 }, (_, n) => {
        const id = `r${at + n}`;
        // Every one of them holds the text, few in their names.
        const name = { en: (at + n) % 5000 === 17 ? 'Temperature' : 'Rule' };
        return documentRow({ id, body: JSON.stringify({ id, name, when, enabled: true }) });
      });
      await tx.insertInto('documents').values(rows).execute();
    }
    await insertDocument(tx, documentRow({ id: 'other', customer: 'other' }));
  });
  const found: string[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages += 1) {
    const input = { q: 'temperature', limit: 4, ...(cursor === '' ? {} : { cursor }) };
    const page: Awaited<ReturnType<typeof listRules>> = await listRules({ ctx, input });
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(found).toEqual(['r10017', 'r15017', 'r17', 'r20017', 'r25017', 'r5017']);
  expect(pages).toBe(2);
});
