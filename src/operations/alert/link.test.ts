import { expect, test } from 'vitest';
import { ACKNOWLEDGE_LINK_MS, signAcknowledgeToken } from '#domain/acknowledge-token.ts';
import { linkSecret } from '#storage/state/link-secret.ts';
import { createOperations } from '#test/support/operations.ts';
import { alertRow, documentRow, T0 } from '#test/support/state-rows.ts';
import { acknowledgeByLink } from './acknowledge-by-link.ts';
import { getAlert } from './get.ts';
import { showLink } from './link.ts';

const expiresMs = T0 + ACKNOWLEDGE_LINK_MS;
const claims = { customer: 'main', alertId: 'a1', contactId: 'anne', expiresMs };

async function setUp() {
  const ctx = await createOperations();
  const { db } = ctx.state;
  await db
    .insertInto('alerts')
    .values(alertRow({ id: 'a1', customer: 'main' }))
    .execute();
  for (const customer of ['main', 'other']) {
    const body = JSON.stringify({ id: 'anne', name: 'Anne', language: 'fr', time_zone: 'UTC' });
    await db
      .insertInto('documents')
      .values(documentRow({ customer, kind: 'contact', id: 'anne', body }))
      .execute();
  }
  const secret = await linkSecret(db);
  return {
    ctx,
    async follow(change: Partial<typeof claims> = {}) {
      const token = signAcknowledgeToken({ ...claims, ...change }, secret);
      const input = { token, language: 'en', requestId: 'r1' } as const;
      const shown = await showLink({ ctx, input });
      const done = await acknowledgeByLink({ ctx, input });
      return { shown, done };
    },
    isAcknowledged: async () =>
      (await getAlert({ ctx: ctx.as('main'), input: { id: 'a1' } })).acknowledged,
  };
}

test('of two who press the button at once, one acknowledges and the other reads who did', async () => {
  const { ctx } = await setUp();
  const token = signAcknowledgeToken(claims, await linkSecret(ctx.state.db));
  const input = { token, language: 'en', requestId: 'r1' } as const;
  const answers = await Promise.all([1, 2].map(() => acknowledgeByLink({ ctx, input })));
  const notes = answers.map(({ page }) => page.notes.join(' ')).sort();
  expect(notes[0]).toContain('déjà acquittée');
  expect(notes[1]).toContain('Merci');
});

test('an expired link acknowledges nothing, and says so in the language of the contact', async () => {
  const { ctx, follow, isAcknowledged } = await setUp();
  ctx.clock.advance(ACKNOWLEDGE_LINK_MS);
  const { shown, done } = await follow();
  for (const answer of [shown, done]) {
    expect(answer).toMatchObject({
      status: 410,
      code: 'link_expired',
      page: { language: 'fr', title: 'Le lien a expiré' },
    });
  }
  expect(await isAcknowledged()).toBe(false);
});

test('a link of another customer finds no alert, though its id is right', async () => {
  const { follow, isAcknowledged } = await setUp();
  const { shown, done } = await follow({ customer: 'other' });
  for (const answer of [shown, done]) {
    expect(answer).toMatchObject({ status: 404, code: 'not_found' });
  }
  expect(await isAcknowledged()).toBe(false);
});

test('a link of a contact who is not there is refused, in the language that the browser asks for', async () => {
  const { follow, isAcknowledged } = await setUp();
  const { shown, done } = await follow({ contactId: 'boss' });
  for (const answer of [shown, done]) {
    expect(answer).toMatchObject({
      status: 403,
      code: 'link_invalid',
      page: { language: 'en', rows: [] },
    });
  }
  expect(await isAcknowledged()).toBe(false);
});
