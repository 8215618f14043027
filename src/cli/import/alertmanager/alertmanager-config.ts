import type { ImportContext } from '../config/import-context.ts';
import {
  isMembers,
  listOf,
  membersOf,
  type SourceDocument,
  textOf,
} from '../config/source-document.ts';
import { draftPolicies } from '../routing/draft-policies.ts';
import { type ReceiverContacts, readRoute } from '../routing/route.ts';
import { parseMatchers } from './parse-matchers.ts';
import { globalSettings, importReceiver } from './receivers.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

export function isAlertmanagerConfig(value: unknown): boolean {
  return isMembers(value) && isMembers(value.route) && Array.isArray(value.receivers);
}

/** Receivers become contacts, routes policies, time intervals their quiet hours. */
export function importAlertmanagerConfig(source: SourceDocument, context: ImportContext): void {
  const config = membersOf(source.value);
  const global = globalSettings(membersOf(config.global));
  const receivers = new Map<string, ReceiverContacts>();
  for (const [at, value] of listOf(config.receivers).entries()) {
    const receiver = membersOf(value);
    const origin = { source, path: ['receivers', at], what: '' };
    receivers.set(
      textOf(receiver.name) ?? '?',
      importReceiver(receiver, global, { context, origin }),
    );
  }
  const named = [...listOf(config.time_intervals), ...listOf(config.mute_time_intervals)];
  const intervals = new Map(
    named.map(membersOf).map(({ name, time_intervals: entries }) => {
      return [String(name), listOf(entries).map(membersOf)] as const;
    }),
  );
  draftPolicies(
    readRoute(source, {
      path: ['route'],
      route: membersOf(config.route),
      matchersOf: parseMatchers,
    }),
    {
      context,
      receivers,
      intervals,
    },
  );
  for (const at of listOf(config.inhibit_rules).keys()) {
    const origin = { source, path: ['inhibit_rules', at], what: 'inhibit rule' };
    const reason =
      'one alert does not hush another; one rule with several severities, and parent_id of sensors, are for that';
    context.report.leftOut(origin, reason);
  }
  if (listOf(config.templates).length > 0) {
    const origin = { source, path: ['templates'], what: 'templates' };
    context.report.leftOut(origin, 'texts come from the rules: message and instructions');
  }
}
