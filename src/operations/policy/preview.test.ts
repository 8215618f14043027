import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { alertRow, notificationRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { createContact } from '../contact/create.ts';
import { createMaintenanceWindow } from '../maintenance-window/create.ts';
import { createRule } from '../rule/create.ts';
import { createPolicy } from './create.ts';
import { previewPolicies } from './preview.ts';

const subject = { rule_id: 'hot', sensor_id: 'sensor-1', severity: 'critical' };

async function start() {
  const operations = await createOperations();
  const ctx = operations.as('main');
  await createContact({
    ctx,
    input: { id: 'anne', channel: 'email', settings: { to: 'anne@example.org' } },
  });
  const when = { metric: 'temperature', above: [{ limit: 30 }] };
  await createRule({ ctx, input: { id: 'hot', when } });
  const { db } = operations.state;
  const sensor = sensorRow({ pk: 1, labels: JSON.stringify({ site: 'lyon' }) });
  await db.insertInto('sensors').values(sensor).execute();
  return { ...operations, ctx, db };
}

test('says who is told when, by which policy, and changes nothing', async () => {
  const { ctx, state, heard } = await start();
  const steps = [{ contacts: ['anne'] }];
  const lyon = { match: { labels: { site: 'lyon' } }, steps, repeat: '20h' };
  await createPolicy({ ctx, input: { id: 'lyon', ...lyon } });
  await createPolicy({ ctx, input: { id: 'mild', match: { severity: ['warning'] }, steps } });
  const before = await auditedActions(state);
  const events = heard.length;
  const reader = { ...ctx, caller: { ...ctx.caller, scopes: ['read' as const] } };
  const line = {
    step: 1,
    policy_id: 'lyon',
    contact_id: 'anne',
    channel: 'email',
    held_until: null,
    held_by: null,
    group: null,
  };
  expect(await previewPolicies({ ctx: reader, input: { alert: subject } })).toEqual({
    policies: [
      { policy_id: 'lyon', matches: true, reasons: [] },
      {
        policy_id: 'mild',
        matches: false,
        reasons: ['severity critical is not among warning'],
      },
    ],
    told: [
      { ...line, at: '2026-11-22T05:00:00.000Z', after: '0s', type: 'raised', already: false },
      { ...line, at: '2026-11-23T01:00:00.000Z', after: '20h', type: 'repeat', already: false },
    ],
    nobody: false,
    hushed_by: null,
  });
  expect(await auditedActions(state)).toEqual(before);
  expect(heard).toHaveLength(events);
  expect(await state.db.selectFrom('notifications').selectAll().execute()).toEqual([]);
});

test('an alert that there is can be asked about, at a time', async () => {
  const { ctx, db } = await start();
  await db
    .insertInto('alerts')
    .values(
      alertRow({
        ...{ id: 'alert-1', rule_id: 'hot', told: 0 },
        ...{ shelved_until: T0 + 1000, next_repeat_at: T0 + 1000 },
      }),
    )
    .execute();
  const ask = (at?: string) => previewPolicies({ ctx, input: { alert_id: 'alert-1', at } });
  expect(await ask()).toMatchObject({
    hushed_by: 'shelved',
    told: [{ at: '2026-11-22T05:00:01.000Z', contact_id: 'anne', already: false }],
  });
  expect(await previewPolicies({ ctx, input: { alert: subject } })).toMatchObject({
    hushed_by: 'shelved',
  });
  expect(await ask('2026-11-22T06:00:00+00:00')).toMatchObject({
    hushed_by: null,
    told: [{ at: '2026-11-22T06:00:00.000Z', contact_id: 'anne', policy_id: null, step: null }],
  });
});

test('an alert that has been told of goes on from its real course', async () => {
  const { ctx, db } = await start();
  const settings = { to: 'boss@example.org' };
  await createContact({ ctx, input: { id: 'boss', channel: 'email', settings } });
  const steps = [{ contacts: ['anne'] }, { after: '30m', contacts: ['boss'] }];
  await createPolicy({ ctx, input: { id: 'steps', steps, repeat: '10h' } });
  const raisedMs = T0 - 20 * 60_000;
  const fields = { id: 'alert-1', rule_id: 'hot', received_at: raisedMs };
  const row = alertRow({ ...fields, next_repeat_at: T0 + 10 * 60_000 });
  await db.insertInto('alerts').values(row).execute();
  const { alert_id, ...told } = {
    alert_id: 'alert-1',
    policy_id: 'steps',
    step: 0,
    channel: 'email',
  };
  const payload = JSON.stringify({ repeat: false });
  const first = { ...told, alert_id, contact_id: 'anne', created_at: raisedMs, payload };
  await db.insertInto('notifications').values(notificationRow(first)).execute();
  const ask = () => previewPolicies({ ctx, input: { alert_id } });
  const lines = async () =>
    (await ask()).told.map(
      ({ after, contact_id: id, type, already }) =>
        `${after} ${id} ${type}${already ? ' (told)' : ''}`,
    );
  expect(await lines()).toEqual([
    '0s anne raised (told)',
    '30m boss escalated',
    '10h30m anne repeat',
    '10h30m boss repeat',
    '20h30m anne repeat',
    '20h30m boss repeat',
  ]);
  await db.updateTable('alerts').set({ acknowledged: 1 }).execute();
  expect(await lines()).toEqual(['0s anne raised (told)']);
  expect((await ask()).hushed_by).toBe('acknowledged');
});

test('what keeps people from being told is said', async () => {
  const { ctx, db } = await start();
  const window = { id: 'defrost', time_zone: 'UTC', starts_at: '2026-11-22T05:00:00Z' };
  await createMaintenanceWindow({ ctx, input: { ...window, duration: '1h' } });
  const hushed = async (at: string) =>
    (await previewPolicies({ ctx, input: { alert: subject, at } })).hushed_by;
  expect(await hushed('2026-11-22T05:59:00Z')).toBe('maintenance-window/defrost');
  expect(await hushed('2026-11-22T06:00:00Z')).toBeNull();
  const service = { reason: 'repair', by: 'anne', sinceMs: T0, untilMs: null };
  await db
    .updateTable('sensors')
    .set({ out_of_service: JSON.stringify(service) })
    .execute();
  expect(await hushed('2026-11-22T06:00:00Z')).toBe('out-of-service');
  await db.updateTable('sensors').set({ out_of_service: null }).execute();
  const child = alertRow({ id: 'alert-1', condition: 'silent', suppressed_by: 'sensor/gateway' });
  await db.insertInto('alerts').values(child).execute();
  const at = '2026-11-22T06:00:00Z';
  expect(await previewPolicies({ ctx, input: { alert_id: 'alert-1', at } })).toMatchObject({
    hushed_by: 'sensor/gateway',
  });
});

test('nobody is said where there is nobody', async () => {
  const { ctx, db } = await start();
  await db.deleteFrom('documents').where('kind', '=', 'contact').execute();
  expect(await previewPolicies({ ctx, input: { alert: subject } })).toMatchObject({
    told: [],
    nobody: true,
  });
});

test.each([
  ['invalid_request', {}],
  ['invalid_request', { alert_id: 'a', alert: subject }],
  ['invalid_request', { alert: { ...subject, severity: 'dire' } }],
  ['invalid_request', { alert: subject, at: '2026-11-22T06:00:00' }],
  ['not_found', { alert_id: 'a' }],
  ['not_found', { alert: { ...subject, rule_id: 'gone' } }],
  ['not_found', { alert: { ...subject, sensor_id: 'gone' } }],
])('%s is answered to %j', async (code, input) => {
  const { ctx } = await start();
  expect(await codeOf(previewPolicies({ ctx, input }))).toBe(code);
});

test('another customer’s alert is not known, and a key that may not read is refused', async () => {
  const { ctx, db, as } = await start();
  await db
    .insertInto('alerts')
    .values(alertRow({ id: 'alert-1' }))
    .execute();
  const ask = { input: { alert_id: 'alert-1' } };
  expect(await codeOf(previewPolicies({ ctx: as('other'), ...ask }))).toBe('not_found');
  const sender = { ...ctx, caller: { ...ctx.caller, scopes: ['ingest' as const] } };
  expect(await codeOf(() => previewPolicies({ ctx: sender, ...ask }))).toBe('forbidden');
});
