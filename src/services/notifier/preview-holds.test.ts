import { expect, onTestFinished, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { formatTime, formatTimeOrNull } from '#domain/time.ts';
import { previewPolicies } from '#operations/policy/preview.ts';
import type { DocumentKind } from '#storage/state/documents.ts';
import { createInProcessState } from '#test/support/in-process-state.ts';
import { createOperations } from '#test/support/operations.ts';
import { contactOf } from '#test/support/send-request.ts';
import { alertRow, documentRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { sendBundles } from './send-bundles.ts';
import { tellAgain } from './tell-again.ts';

const DAY = 24 * 3_600_000;
const NIGHT = { time_zone: 'UTC', windows: [{ from: '05:00', to: '07:00' }] };
const CONTACTS = [
  contactOf({ id: 'anne', channel: 'email', settings: {} }),
  contactOf({ id: 'zoe', channel: 'email', settings: {}, quiet_hours: [NIGHT] }),
  contactOf({ id: 'boss', channel: 'webhook', settings: {} }),
];
const ON_CALL = {
  id: 'weekend',
  time_zone: 'UTC',
  starts_at: '2026-11-22T00:00:00Z',
  shift: '8h',
  contacts: ['boss', 'anne'],
};

async function start(policies: Partial<Policy>[]) {
  const state = await createInProcessState();
  onTestFinished(() => state.close());
  const put = async (kind: DocumentKind, body: Contact | Partial<Policy> | typeof ON_CALL) => {
    const row = documentRow({ kind, id: body.id!, body: JSON.stringify(body) });
    await state.db.insertInto('documents').values(row).execute();
  };
  for (const contact of CONTACTS) await put('contact', contact);
  await put('on-call', ON_CALL);
  for (const policy of policies) await put('policy', { ...policy, enabled: true });
  await state.db
    .insertInto('sensors')
    .values(sensorRow({ pk: 1 }))
    .execute();
  const alert = alertRow({ id: 'alert-1', told: 0, next_repeat_at: T0 });
  await state.db.insertInto('alerts').values(alert).execute();
  const { as } = await createOperations({ state });
  return { state, ctx: as('main') };
}

type Started = Awaited<ReturnType<typeof start>>;

/** Lets the notifier look whenever it wants to for a day, and what is due arrive; answers what it made. */
async function live({ state }: Started): Promise<string[]> {
  const { db } = state;
  for (let nowMs: number | null = T0; nowMs !== null && nowMs <= T0 + DAY; ) {
    await tellAgain(state, nowMs);
    await db
      .updateTable('notifications')
      .set({ state: 'sent', next_attempt_at: null })
      .where(({ eb, or }) => or([eb('group_key', 'is', null), eb('released_at', 'is not', null)]))
      .execute();
    const next = await db
      .selectFrom('notifications')
      .select(({ fn }) => fn.min<number | null>('next_attempt_at').as('atMs'))
      .executeTakeFirstOrThrow();
    const alert = await db.selectFrom('alerts').select('next_repeat_at').executeTakeFirstOrThrow();
    const times = [next.atMs, alert.next_repeat_at].filter((atMs) => atMs !== null);
    nowMs = times.length === 0 ? null : Math.min(...times);
    if (nowMs !== null) await sendBundles(state, nowMs);
  }
  const rows = await db.selectFrom('notifications').selectAll().orderBy('created_at').execute();
  return rows
    .map((row) => {
      const { repeat } = JSON.parse(row.payload) as { repeat?: boolean };
      const type = repeat === true ? 'repeat' : row.type;
      const held = row.group_key === null ? null : (row.released_at ?? row.next_attempt_at);
      const by = `${row.policy_id} ${row.step === null ? null : row.step + 1}`;
      return `${formatTime(row.created_at)} ${row.contact_id} ${by} ${type} ${formatTimeOrNull(held)}`;
    })
    .sort();
}

test.each<[string, Partial<Policy>[]]>([
  ['no policy', []],
  [
    'steps and repeats',
    [
      {
        id: 'p',
        steps: [{ contacts: ['anne'] }, { after: '10m', contacts: ['boss'] }],
        repeat: '4h',
      },
    ],
  ],
  [
    'quiet hours and a first step that waits',
    [
      {
        id: 'p',
        steps: [
          { after: '5m', contacts: ['zoe', 'anne'] },
          { after: '30m', contacts: ['boss'] },
        ],
        repeat: '1h',
      },
    ],
  ],
  [
    'rotations, two policies at their own pace, and a fallback where a step reaches nobody',
    [
      {
        id: 'a',
        steps: [{ on_call: ['weekend'] }, { after: '3h' }],
        repeat: '6h',
        fallback: ['anne'],
      },
      { id: 'b', steps: [{ contacts: ['zoe'] }], repeat: '5h' },
    ],
  ],
  [
    'groups',
    [
      {
        id: 'p',
        steps: [{ contacts: ['anne'] }],
        repeat: '2h',
        group: { by: ['rule'], wait: '1m', interval: '3h' },
      },
    ],
  ],
])('what the preview says of %s is what is told', async (_, policies) => {
  const started = await start(policies);
  const { told } = await previewPolicies({
    ctx: started.ctx,
    input: { alert_id: 'alert-1', at: formatTime(T0) },
  });
  const foretold = told.map(
    (line) =>
      `${line.at} ${line.contact_id} ${line.policy_id} ${line.step} ${line.type} ${line.held_until}`,
  );
  expect(foretold.length).toBeGreaterThan(1);
  expect(await live(started)).toEqual(foretold.sort());
});
