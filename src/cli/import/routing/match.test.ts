import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Policy } from '#domain/notification.ts';
import { SEVERITIES } from '#domain/rule.ts';
import { policyMatcher } from '#engine/routing/match-policy.ts';
import { makeImportContext, sourcesOf } from '#test/support/import-context.ts';
import type { Matcher } from '../prometheus/parse-promql.ts';
import { draftPolicies } from './draft-policies.ts';
import type { ReceiverContacts, Route } from './route.ts';

const [source] = sourcesOf({ 'am.yml': 'a: 1' });
const RECEIVERS = ['r0', 'r1', 'r2', 'r3'];
const receivers = new Map<string, ReceiverContacts>(
  RECEIVERS.map((name) => [name, { contacts: [name], hasIntegrations: true, resolved: 'all' }]),
);
const ALERTS = ['Hot', 'Cold', 'Gone'].map((name) => {
  return { name, labels: { team: name === 'Hot' ? 'a' : 'b' }, ruleIds: [name] };
});

const PLAIN = ['=', '!='] as const;
const ANY = [...PLAIN, '=~', '!~'] as const;

const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  ...(
    [
      ['severity', SEVERITIES, ANY],
      ['site', ['lyon', 'brest'], PLAIN],
      ['site', ['lyon|nice', '^(brest|lyon)$'], ANY],
      ['alertname', ['Hot', 'Cold', 'Gone'], PLAIN],
      ['alertname', ['Hot|Cold', '.o.*', '.*'], ['=~', '!~']],
      ['team', ['a', 'b', ''], PLAIN],
      ['team', ['a|b', '|a'], ['=~', '!~']],
      ['instance', ['f1', 'f2', 'oven'], PLAIN],
      ['instance', ['f.*', 'f1|oven', 'ov.+|f2', 'f1.*'], ['=~', '!~']],
    ] as const
  ).map(([name, values, operators]) =>
    fc.record({
      name: fc.constant(name),
      operator: fc.constantFrom<Matcher['operator']>(...operators),
      value: fc.constantFrom<string>(...values),
    }),
  ),
);

const tree: fc.Arbitrary<Route> = fc.letrec<{ route: Route }>((tie) => ({
  route: fc
    .record({
      receiver: fc.constantFrom(...RECEIVERS),
      matchers: fc.array(matcher, { maxLength: 2 }),
      goesOn: fc.boolean(),
      routes: fc.oneof(
        { depthSize: 'small' },
        fc.constant<Route[]>([]),
        fc.array(tie('route'), { maxLength: 3 }),
      ),
    })
    .map(
      (some): Route => ({
        ...some,
        ...{ source: source!, path: [], fault: undefined, muted: [], active: [] },
        ...{ groupBy: undefined, groupWait: undefined, groupInterval: undefined },
        repeatInterval: undefined,
      }),
    ),
})).route;

interface Told {
  severity: (typeof SEVERITIES)[number];
  site: string;
  alertname: string;
  instance: string;
}

/** Who is told by the tree itself: the first child that fits, and the next where it goes on. */
function toldByTree(route: Route, alert: Told): string[] | undefined {
  const team = ALERTS.find(({ name }) => name === alert.alertname)?.labels.team ?? '';
  const labels: Record<string, string> = { ...alert, team };
  const fits = route.matchers.every(({ name, operator, value }) => {
    const text = labels[name] ?? '';
    const is = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(text) : text === value;
    return is === operator.startsWith('=');
  });
  if (!fits) return undefined;
  const told: string[] = [];
  let isTaken = false;
  for (const child of route.routes) {
    const got = toldByTree(child, alert);
    if (got === undefined) continue;
    isTaken = true;
    told.push(...got);
    if (!child.goesOn) break;
  }
  return isTaken ? told : [route.receiver!];
}

test('policies tell whom the tree told, and nobody else', () => {
  const alert: fc.Arbitrary<Told> = fc.record({
    severity: fc.constantFrom(...SEVERITIES),
    site: fc.constantFrom('lyon', 'brest', 'nice'),
    // The last is a rule that was not taken over.
    alertname: fc.constantFrom('Hot', 'Cold', 'Gone', 'silent'),
    instance: fc.constantFrom('f1', 'f2', 'oven'),
  });
  fc.assert(
    fc.property(tree, fc.array(alert, { minLength: 5, maxLength: 5 }), (drawn, alerts) => {
      const root = { ...drawn, matchers: [] };
      const context = makeImportContext({ alerts: [...ALERTS] });
      draftPolicies(root, { context, receivers, intervals: new Map() });
      expect(context.report.count('left-out')).toBe(0);
      const policies = context.draft.documents.map(({ fields }) => fields as unknown as Policy);
      for (const one of alerts) {
        const facts = {
          severity: one.severity,
          ruleId: one.alertname,
          sensorId: one.instance,
          labels: { site: one.site },
        };
        const told = new Set(
          policies
            .filter(({ match }) => policyMatcher(match)(facts))
            .flatMap(({ steps }) => steps.flatMap(({ contacts = [] }) => contacts)),
        );
        const wanted = new Set(toldByTree(root, one));
        expect([...wanted.difference(told)]).toEqual([]);
        expect(context.report.count('changed')).toBe(0);
        expect([...told.difference(wanted)]).toEqual([]);
      }
    }),
    { numRuns: 1500 },
  );
});
