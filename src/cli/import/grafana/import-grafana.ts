import { parseMatchers } from '../alertmanager/parse-matchers.ts';
import type { ImportContext } from '../config/import-context.ts';
import {
  listOf,
  type Members,
  membersOf,
  type SourceDocument,
  textOf,
} from '../config/source-document.ts';
import { MATCH_OPERATORS, type Matcher, type MatchOperator } from '../prometheus/parse-promql.ts';
import { draftPolicies } from '../routing/draft-policies.ts';
import type { TimeIntervals } from '../routing/quiet-hours.ts';
import { type ReceiverContacts, readRoute } from '../routing/route.ts';
import { importContactPoint } from './contact-points.ts';
import { importManagedRules } from './managed-rules.ts';

// Tested by: cli/import/grafana/grafana.test.ts

const PARTS = ['contactPoints', 'policies', 'muteTimes', 'groups', 'templates'];

/** What Grafana exports for provisioning: contact points, rules, policies and mute timings, in any number of files. */
export function importGrafana(sources: readonly SourceDocument[], context: ImportContext): void {
  const receivers = new Map<string, ReceiverContacts>();
  const intervals = new Map<string, readonly Members[]>();
  for (const source of sources) {
    const document = membersOf(source.value);
    if (!PARTS.some((part) => Array.isArray(document[part]))) {
      const reason = 'it has no contactPoints, policies, muteTimes or groups';
      context.report.leftOut({ source, path: [], what: 'document' }, reason);
    }
    for (const [at, point] of listOf(document.contactPoints).map(membersOf).entries()) {
      const origin = { source, path: ['contactPoints', at], what: '' };
      receivers.set(textOf(point.name) ?? '?', importContactPoint(point, { context, origin }));
    }
    for (const one of listOf(document.muteTimes).map(membersOf)) {
      intervals.set(String(one.name), listOf(one.time_intervals).map(membersOf));
    }
    for (const at of listOf(document.templates).keys()) {
      const origin = { source, path: ['templates', at], what: 'template' };
      context.report.leftOut(origin, 'texts come from the rules: message and instructions');
    }
  }
  for (const source of sources) importManagedRules(source, { context, receivers });
  for (const source of sources) importPolicies(source, { context, receivers, intervals });
}

function importPolicies(
  source: SourceDocument,
  tree: {
    context: ImportContext;
    receivers: ReadonlyMap<string, ReceiverContacts>;
    intervals: TimeIntervals;
  },
): void {
  for (const [at, policy] of listOf(membersOf(source.value).policies).entries()) {
    const path = ['policies', at];
    const route = readRoute(source, { path, route: membersOf(policy), matchersOf: routeMatchers });
    draftPolicies(route, tree);
  }
}

/** `object_matchers` are lists of label, operator and value; the other forms are those of Alertmanager. */
function routeMatchers(route: Members): Matcher[] | string {
  const found: Matcher[] = [];
  for (const one of listOf(route.object_matchers)) {
    const [name, operator, value] = listOf(one).map(String);
    if (name === undefined || !MATCH_OPERATORS.includes(operator as MatchOperator)) {
      return `the matcher ${JSON.stringify(one)} cannot be read`;
    }
    found.push({ name, operator: operator as MatchOperator, value: value ?? '' });
  }
  const others = parseMatchers(route);
  return typeof others === 'string' ? others : [...found, ...others];
}
