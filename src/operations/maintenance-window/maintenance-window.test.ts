import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { alertRow, T0 } from '#test/support/state-rows.ts';
import { createMaintenanceWindow } from './create.ts';
import { deleteMaintenanceWindow } from './delete.ts';
import { getMaintenanceWindow } from './get.ts';
import { listMaintenanceWindows } from './list.ts';
import { putMaintenanceWindow } from './put.ts';

const defrost = {
  id: 'defrost',
  name: 'Defrost',
  where: { sensors: ['freezer-*'] },
  time_zone: 'Europe/Paris',
  starts_at: '2026-11-23T02:00:00+01:00',
  duration: '1h',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
};

test('a window is answered with its next occurrences, and can be sent back changed', async () => {
  const { as, state, heard } = await createOperations();
  const ctx = as('main');
  await createMaintenanceWindow({ ctx, input: defrost });
  const window = await getMaintenanceWindow({ ctx, input: { id: 'defrost' } });
  expect(window).toMatchObject({ ...defrost, enabled: true, is_open: false });
  expect(window.next[0]).toEqual({
    starts_at: '2026-11-23T01:00:00.000Z',
    ends_at: '2026-11-23T02:00:00.000Z',
  });
  expect(window.next).toHaveLength(5);
  const body = { ...window, starts_at: '2026-11-22T06:00:00+01:00', recurrence: 'FREQ=DAILY' };
  const { created } = await putMaintenanceWindow({ ctx, input: { id: 'defrost', body } });
  expect(created).toBe(false);
  expect(await getMaintenanceWindow({ ctx, input: { id: 'defrost' } })).toMatchObject({
    is_open: true,
  });
  expect((await listMaintenanceWindows({ ctx, input: {} })).items).toHaveLength(1);
  expect(heard).toEqual(['routing.changed', 'outbox.filled', 'routing.changed', 'outbox.filled']);
  expect(await auditedActions(state)).toEqual([
    'maintenance-window.create maintenance-window/defrost',
    'maintenance-window.put maintenance-window/defrost',
  ]);
});

test('what cannot be a window is refused with its place', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  for (const wrong of [
    { time_zone: 'Mars/Base' },
    { duration: '0s' },
    { duration: '32d' },
    { starts_at: '2026-11-23T02:00:00' },
    { recurrence: 'EVERY MONDAY' },
    { recurrence: 'FREQ=MINUTELY' },
    { when: 'now' },
  ]) {
    const input = { ...defrost, ...wrong };
    expect(await codeOf(createMaintenanceWindow({ ctx, input }))).toBe('invalid_request');
  }
  const reader = as('main', ['read']);
  expect(await codeOf(createMaintenanceWindow({ ctx: reader, input: defrost }))).toBe('forbidden');
  expect(await codeOf(deleteMaintenanceWindow({ ctx, input: { id: 'x' } }))).toBe('not_found');
});

test('a window that is changed or removed has its alerts looked at', async () => {
  const { as, state, clock } = await createOperations();
  const ctx = as('main');
  await createMaintenanceWindow({ ctx, input: defrost });
  const row = (id: string, by: string | null, customer = 'main') =>
    alertRow({ id, suppressed_by: by, customer, next_repeat_at: T0 + 9e9 });
  await state.db
    .insertInto('alerts')
    .values([
      row('theirs', 'maintenance-window/defrost'),
      row('other', 'maintenance-window/x'),
      row('none', null),
      row('foreign', 'maintenance-window/defrost', 'foreign'),
    ])
    .execute();
  clock.advance(1000);
  await deleteMaintenanceWindow({ ctx, input: { id: 'defrost' } });
  const due = await state.db
    .selectFrom('alerts')
    .select('id')
    .where('next_repeat_at', '<=', T0 + 1000)
    .execute();
  expect(due).toEqual([{ id: 'theirs' }]);
});
