import { describe, expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { alertRow, sensorRow } from '#test/support/state-rows.ts';
import { createContact } from '../contact/create.ts';
import { putContact } from '../contact/put.ts';
import { createPolicy } from '../policy/create.ts';
import { createTemplate } from './create.ts';
import { deleteTemplate } from './delete.ts';
import { getTemplate } from './get.ts';
import { listTemplates } from './list.ts';
import { previewTemplate } from './preview.ts';
import { putTemplate } from './put.ts';

const texts = [
  { language: 'en', subject: '{severity}: {sensor}', text: '{sensor} is at {value}.' },
  { language: 'fr', text: '{sensor} est à {value}.' },
];
const hook = { id: 'hook', channel: 'webhook', settings: { url: 'https://example.org/hook' } };

test('a template is kept, listed, replaced and removed, by its customer alone', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  const made = await createTemplate({ ctx, input: { id: 'kitchen', texts } });
  expect(made).toMatchObject({ id: 'kitchen', name: 'kitchen', texts, warnings: [] });
  expect(await codeOf(createTemplate({ ctx, input: { id: 'kitchen', texts } }))).toBe('conflict');
  const body = { ...made, name: 'Kitchen' };
  const put = await putTemplate({ ctx, input: { id: 'kitchen', body } });
  expect(put).toMatchObject({ created: false, item: { name: 'Kitchen' } });
  expect(await getTemplate({ ctx, input: { id: 'kitchen' } })).toEqual(put.item);
  const other = as('other');
  expect((await listTemplates({ ctx: other, input: {} })).items).toEqual([]);
  expect(await codeOf(getTemplate({ ctx: other, input: { id: 'kitchen' } }))).toBe('not_found');
  await deleteTemplate({ ctx, input: { id: 'kitchen' } });
  expect((await listTemplates({ ctx, input: {} })).items).toEqual([]);
  expect(await auditedActions(state)).toEqual([
    'template.create template/kitchen',
    'template.put template/kitchen',
    'template.delete template/kitchen',
  ]);
});

describe('a template is refused', () => {
  test.each([
    [{ language: 'en', text: 'a {value' }, '/texts/0/text', /line 1, column 3/],
    [{ language: 'en', subject: '{wat}' }, '/texts/0/subject', /no \{wat\}; there are: headline,/],
    [{ language: 'en' }, '/texts/0', /must have one of: subject, text, short/],
  ])('where a text cannot be filled in: %o', async (text, pointer, detail) => {
    const { as } = await createOperations();
    const ctx = as('main');
    await expect(createTemplate({ ctx, input: { texts: [text] } })).rejects.toMatchObject({
      code: 'template_invalid',
      pointer,
      extra: { errors: [{ pointer, detail: expect.stringMatching(detail) }] },
    });
    const preview = previewTemplate({ ctx, input: { texts: [text] } });
    expect(await codeOf(preview)).toBe('template_invalid');
  });

  test('where it names a channel that is not there', async () => {
    const { as } = await createOperations();
    const input = { texts: [{ language: 'en', text: '{value}', channels: ['pigeon'] }] };
    await expect(createTemplate({ ctx: as('main'), input })).rejects.toMatchObject({
      code: 'invalid_request',
      pointer: '/texts/0/channels/0',
    });
  });
});

test('a text that asks for action and does not say the value is warned of', async () => {
  const { as } = await createOperations();
  const input = {
    texts: [
      { language: 'en', text: 'Look at {sensor}', short: '{headline}', subject: '{sensor}' },
      { language: 'en', text: '{sensor} is fine', on: ['cleared'] },
      { language: 'fr', short: '{severity_code, select, critical {{value}} other {}}' },
    ],
  };
  const { warnings } = await createTemplate({ ctx: as('main'), input });
  expect(warnings).toEqual([{ pointer: '/texts/0/text', detail: 'does not say the value' }]);
});

test('contacts and policies name templates that are there, which then stay', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const steps = [{ contacts: ['hook'] }];
  const missing = { pointer: '/template', code: 'invalid_request' };
  const contact = { ...hook, template: 'kitchen' };
  await expect(createContact({ ctx, input: contact })).rejects.toMatchObject(missing);
  await createTemplate({ ctx, input: { id: 'kitchen', texts } });
  expect(await createContact({ ctx, input: contact })).toMatchObject({ template: 'kitchen' });
  const policy = { id: 'p', steps, template: 'other' };
  await expect(createPolicy({ ctx, input: policy })).rejects.toMatchObject(missing);
  const inUse = deleteTemplate({ ctx, input: { id: 'kitchen' } });
  await expect(inUse).rejects.toMatchObject({ code: 'invalid_state' });
  await putContact({ ctx, input: { id: 'hook', body: hook } });
  await createPolicy({ ctx, input: { ...policy, template: 'kitchen' } });
  expect(await codeOf(deleteTemplate({ ctx, input: { id: 'kitchen' } }))).toBe('invalid_state');
});

describe('a preview', () => {
  test('shows a sample in each language, on each channel, and sends nothing', async () => {
    const { as, state } = await createOperations();
    const ctx = as('main');
    const more = [...texts, { language: 'en', text: 'Mail: {value}', channels: ['email'] }];
    const input = { texts: more, units: { temperature: '°F' } };
    const { items, warnings } = await previewTemplate({ ctx, input });
    expect(items.map(({ language, channel, own }) => [language, channel, own])).toEqual([
      ['en', null, ['subject', 'text']],
      ['en', 'email', ['subject', 'text']],
      ['fr', null, ['text']],
      ['fr', 'email', ['text']],
    ]);
    expect(items[0]).toMatchObject({ subject: 'Critical: Freezer 3', problem: null });
    expect(items[0]!.text).toMatch(/^Freezer 3 is at 15\.6 °F\./);
    expect(items[1]!.text).toMatch(/^Mail: 15\.6 °F/);
    expect(items[2]!.text).toMatch(/^Freezer 3 est à 15,6 °F\./);
    expect(items[2]!.subject).toBe('[Critique] Congélateur trop chaud : Freezer 3');
    expect(warnings).toEqual([]);
    expect(await auditedActions(state)).toEqual([]);
    expect(await state.db.selectFrom('notifications').selectAll().execute()).toEqual([]);
  });

  test('of a kept template shows an alert that there is, and what happened to it', async () => {
    const { as, state } = await createOperations();
    const ctx = as('main');
    await state.db
      .insertInto('sensors')
      .values(sensorRow({ pk: 1, name: 'Oven' }))
      .execute();
    const alert = alertRow({ id: 'a1', value: 12.5, metric: 'temperature' });
    await state.db.insertInto('alerts').values(alert).execute();
    const more = [{ language: 'en', text: 'Nobody came: {told_before}', on: ['escalated'] }];
    await createTemplate({ ctx, input: { id: 'kitchen', texts: [...texts, ...more] } });
    const about = { template_id: 'kitchen', alert_id: 'a1' };
    const raised = await previewTemplate({ ctx, input: about });
    expect(raised.items[0]!.text).toMatch(/^Oven is at 12\.5 °C\./);
    const escalated = await previewTemplate({ ctx, input: { ...about, on: 'escalated' } });
    expect(escalated.items[0]!.text).toMatch(/^Nobody came: Ana \(SMS \d\d:\d\d\), Bo \(e-mail/);
    expect(escalated.warnings).toEqual([
      { pointer: '/texts/2/text', detail: 'does not say the value' },
    ]);
  });

  test('without a template shows the usual words', async () => {
    const { as } = await createOperations();
    const { items } = await previewTemplate({ ctx: as('main'), input: { on: 'cleared' } });
    expect(items.map(({ language, channel, own }) => [language, channel, own])).toEqual([
      ['en', null, []],
      ['fr', null, []],
    ]);
    expect(items[0]!.subject).toContain('Freezer too warm');
  });

  test('says why a template gives way to the usual words', async () => {
    const { as } = await createOperations();
    const input = { texts: [{ language: 'en', text: '{told_before}' }] };
    const { items } = await previewTemplate({ ctx: as('main'), input });
    expect(items[0]).toMatchObject({ own: [], problem: 'the text is empty' });
    expect(items[0]!.text).toContain('Freezer too warm');
  });

  test.each([
    [{ template_id: 'x', texts }, ''],
    [{ texts, time_zone: 'Mars/Olympus' }, '/time_zone'],
    [{ texts, units: { pressure: 'kg' } }, '/units/pressure'],
  ])('refuses %o', async (input, pointer) => {
    const { as } = await createOperations();
    await expect(previewTemplate({ ctx: as('main'), input })).rejects.toMatchObject({
      code: 'invalid_request',
      pointer,
    });
  });

  test('knows no template or alert of another customer', async () => {
    const { as } = await createOperations();
    await createTemplate({ ctx: as('main'), input: { id: 'kitchen', texts } });
    const ctx = as('other');
    const preview = previewTemplate({ ctx, input: { template_id: 'kitchen' } });
    expect(await codeOf(preview)).toBe('not_found');
    expect(await codeOf(previewTemplate({ ctx, input: { texts, alert_id: 'a1' } }))).toBe(
      'not_found',
    );
  });
});
