import { expect, test } from 'vitest';
import type { Language } from '#domain/language.ts';
import type { Contact, Policy } from '#domain/notification.ts';
import type { OnCall } from '#domain/on-call.ts';
import { explainPolicies } from './explain-policies.ts';
import { prepareRouting } from './prepare-routing.ts';
import { foreseeTellings } from './preview.ts';

const stamps = { created_at: '', updated_at: '' };
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22, 20);
const alert = { severity: 'warning', rule: { id: 'r' }, sensor: { id: 's', labels: {} } } as const;
const NIGHT = { time_zone: 'UTC', windows: [{ from: '21:00', to: '06:00' }] };

const contact = (id: string, fields: Partial<Contact> = {}): Contact => ({
  id,
  name: id,
  channel: 'email',
  settings: {},
  language: 'en',
  time_zone: 'UTC',
  enabled: true,
  ...stamps,
  ...fields,
});
const policy = (fields: Partial<Policy>): Policy => ({
  id: 'p',
  steps: [{ contacts: ['anne'] }],
  enabled: true,
  ...stamps,
  ...fields,
});

function foresee(
  policies: Policy[],
  { contacts = [contact('anne'), contact('boss')], onCalls = [] as OnCall[], sinceMs = START } = {},
): string[] {
  const routing = prepareRouting(policies, contacts, onCalls);
  return foreseeTellings({ routing, alert, sinceMs, language: 'en' }).map(
    ({ atMs, contactId, step, type, heldUntilMs, heldBy }) => {
      const held = heldUntilMs === null ? '' : ` until ${clock(heldUntilMs)} by ${heldBy}`;
      return `${clock(atMs)} ${contactId} ${step} ${type}${held}`;
    },
  );
}

const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);

const TWO_STEPS = [{ contacts: ['anne'] }, { after: '10m', contacts: ['boss'] }];

test('two steps are told one after the other', () => {
  expect(foresee([policy({ steps: TWO_STEPS })])).toEqual([
    '20:00:00 anne 0 raised',
    '20:10:00 boss 1 escalated',
  ]);
});

test('a first step that waits is told as raised once its time is over', () => {
  expect(foresee([policy({ steps: [{ after: '5m', contacts: ['anne'] }] })])).toEqual([
    '20:05:00 anne 0 raised',
  ]);
});

test('repeats tell everybody so far, for a day', () => {
  const lines = foresee([policy({ steps: TWO_STEPS, repeat: '8h' })]);
  expect(lines).toEqual([
    '20:00:00 anne 0 raised',
    '20:10:00 boss 1 escalated',
    '04:10:00 anne 0 repeat',
    '04:10:00 boss 1 repeat',
    '12:10:00 anne 0 repeat',
    '12:10:00 boss 1 repeat',
  ]);
});

test('there are at most a hundred lines', () => {
  expect(foresee([policy({ repeat: '1s' })])).toHaveLength(100);
});

test('quiet hours hold until their end, say whose they are, and the course goes on from there', () => {
  const contacts = [contact('anne', { quiet_hours: [NIGHT] }), contact('boss')];
  const steps = policy({ steps: TWO_STEPS });
  expect(foresee([steps], { contacts, sinceMs: START + 90 * MINUTE })).toEqual([
    '21:30:00 anne 0 raised until 06:00:00 by quiet hours of anne',
    '06:10:00 boss 1 escalated',
  ]);
  const quiet = policy({ quiet_hours: [NIGHT] });
  expect(foresee([quiet], { sinceMs: START + 90 * MINUTE })).toEqual([
    '21:30:00 anne 0 raised until 06:00:00 by quiet hours of the policy p',
  ]);
});

test('a group waits for others, and for its interval', () => {
  const group = { by: ['rule'], wait: '1m', interval: '10h' };
  expect(foresee([policy({ group, repeat: '9h' })])).toEqual([
    '20:00:00 anne 0 raised until 20:01:00 by group of the policy p',
    '05:01:00 anne 0 repeat until 06:01:00 by group of the policy p',
    '15:01:00 anne 0 repeat until 16:01:00 by group of the policy p',
  ]);
});

test('who is on call when a step is told is told', () => {
  const night = {
    id: 'night',
    time_zone: 'UTC',
    starts_at: '2026-11-22T19:30:00Z',
    shift: '1h',
    contacts: ['anne', 'boss'],
    ...stamps,
  };
  const steps = [{ on_call: ['night'] }, { after: '35m', on_call: ['night'] }];
  expect(foresee([policy({ steps })], { onCalls: [night] })).toEqual([
    '20:00:00 anne 0 raised',
    '20:35:00 boss 1 escalated',
  ]);
});

test('without a policy that matches everybody is told, and nobody where there is no contact', () => {
  const policies = [policy({ match: { severity: ['critical'] } })];
  expect(foresee(policies)).toEqual(['20:00:00 anne null raised', '20:00:00 boss null raised']);
  expect(foresee(policies, { contacts: [] })).toEqual([]);
});

test('why a policy does not tell is said', () => {
  const policies = [
    policy({ id: 'fits' }),
    policy({ id: 'mute', on: ['cleared'] }),
    policy({ id: 'off', enabled: false }),
    policy({ id: 'empty', steps: [{ contacts: ['gone'] }] }),
    policy({
      id: 'other',
      match: {
        severity: ['info', 'critical'],
        rules: ['cold'],
        sensors: ['oven-*'],
        labels: { site: 'lyon' },
        locations: ['lyon/*'],
      },
    }),
  ];
  const routing = prepareRouting(policies, [contact('anne')]);
  const explain = (named?: string, language: Language = 'en') =>
    explainPolicies(policies, {
      routing,
      alert: { ...alert, rule: { id: 'r', policy: named } },
      language,
    });
  expect(explain()).toEqual([
    { policy_id: 'fits', matches: true, reasons: [] },
    { policy_id: 'mute', matches: true, reasons: ['it does not tell of raised'] },
    { policy_id: 'off', matches: false, reasons: ['it is disabled'] },
    { policy_id: 'empty', matches: false, reasons: ['it names nobody who can be told'] },
    {
      policy_id: 'other',
      matches: false,
      reasons: [
        'severity warning is not among info, critical',
        'rule r is not among cold',
        'sensor s is not among oven-*',
        'label site is not set, not lyon',
        'the sensor has no location, which must be among lyon/*',
      ],
    },
  ]);
  expect(explain('other')[0]).toEqual({
    policy_id: 'fits',
    matches: false,
    reasons: ['the rule r names the policy other'],
  });
  expect(explain(undefined, 'fr').flatMap(({ reasons }) => reasons)).toEqual([
    'elle ne prévient pas des déclenchements (raised)',
    'elle est désactivée',
    'elle ne nomme personne que l’on puisse prévenir',
    'la gravité warning n’est pas parmi info, critical',
    'la règle r n’est pas parmi cold',
    'le capteur s n’est pas parmi oven-*',
    'l’étiquette site manque, au lieu de lyon',
    'le capteur n’a pas de lieu, qui doit être parmi lyon/*',
  ]);
});

test('by which exception a policy does not tell is said, and who is told instead', () => {
  const oven = { id: 'oven-1', location: 'lyon/lab', labels: { site: 'lab' } };
  const raised = { severity: 'warning', rule: { id: 'heartbeat' }, sensor: oven } as const;
  const policies = [
    policy({
      match: {
        not: [
          { rules: ['heartbeat'], labels: { site: 'lab' } },
          { rules: ['cold'] },
          { severity: ['warning'], sensors: ['oven-*'], locations: ['lyon/*'] },
        ],
      },
    }),
    policy({ id: 'q', match: { not: [{ rules: ['cold'] }] }, steps: [{ contacts: ['boss'] }] }),
  ];
  const routing = prepareRouting(policies, [contact('anne'), contact('boss')]);
  expect(explainPolicies(policies, { routing, alert: raised, language: 'en' })).toEqual([
    {
      policy_id: 'p',
      matches: false,
      reasons: [
        'it is not for rule heartbeat with label site lab; it is not for severity warning with sensor oven-1 with location lyon/lab',
      ],
    },
    { policy_id: 'q', matches: true, reasons: [] },
  ]);
  const [french] = explainPolicies(policies, { routing, alert: raised, language: 'fr' });
  expect(french?.reasons).toEqual([
    'elle n’est pas pour la règle heartbeat avec l’étiquette site lab; elle n’est pas pour la gravité warning avec le capteur oven-1 avec le lieu lyon/lab',
  ]);
  const told = foreseeTellings({ routing, alert: raised, sinceMs: START, language: 'en' });
  expect(told.map(({ contactId }) => contactId)).toEqual(['boss']);
});
