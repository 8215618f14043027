import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import {
  listOf,
  type Members,
  membersOf,
  type SourceDocument,
  textOf,
} from '../config/source-document.ts';
import { draftRules, labelsOf } from '../prometheus/alert-rules.ts';
import { PromqlError, promDurationMs } from '../prometheus/promql-tokens.ts';
import { translateExpression } from '../prometheus/translate-expression.ts';
import type { Translation } from '../prometheus/translation.ts';
import { addToPolicy, onlyPolicy } from '../routing/only-policy.ts';
import type { ReceiverContacts } from '../routing/route.ts';
import { conditionExpression } from './condition-expression.ts';

// Tested by: cli/import/grafana/grafana.test.ts

type Receivers = ReadonlyMap<string, ReceiverContacts>;

/** Makes a rule of each Grafana-managed alert rule whose queries are PromQL that has a counterpart. */
export function importManagedRules(
  source: SourceDocument,
  { context, receivers }: { context: ImportContext; receivers: Receivers },
): void {
  for (const [number, value] of listOf(membersOf(source.value).groups).entries()) {
    const group = membersOf(value);
    for (const [at, rule] of listOf(group.rules).map(membersOf).entries()) {
      const path = ['groups', number, 'rules', at];
      const origin = { source, path, what: `rule ${textOf(rule.title) ?? '?'}` };
      importRule(rule, { context, receivers, origin, folder: textOf(group.folder) });
    }
  }
}

function importRule(
  rule: Members,
  work: {
    context: ImportContext;
    receivers: Receivers;
    origin: Origin;
    folder: string | undefined;
  },
): void {
  const { context, origin, folder } = work;
  if (membersOf(rule.record).metric !== undefined) {
    context.report.leftOut(origin, 'a recording rule makes series; here rules look at readings');
    return;
  }
  const forMs = promDurationMs(textOf(rule.for) ?? '0') ?? 0;
  const keepMs = promDurationMs(textOf(rule.keep_firing_for) ?? '0') ?? 0;
  let translation: Translation;
  try {
    const { expr, deadband } = conditionExpression(rule);
    translation = withDeadband(translateExpression(expr, { ...context, forMs, keepMs }), deadband);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    context.report.leftOut(origin, error.message);
    return;
  }
  if (rule.noDataState === 'Alerting') {
    const reason =
      'that nothing comes is told by the rule silent, which is there from the beginning';
    context.report.note(origin, reason);
  }
  const before = context.alerts.length;
  const policy = policyOf(rule, work);
  draftRules(
    {
      name: textOf(rule.title) ?? textOf(rule.uid) ?? 'rule',
      labels: labelsOf(membersOf(rule.labels)),
      annotations: membersOf(rule.annotations),
      translation,
      extra: { ...(rule.isPaused === true ? { enabled: false } : {}), ...policy },
    },
    { context, origin },
  );
  const drafted = context.alerts[before];
  if (drafted === undefined) return;
  if (policy.policy !== undefined) addToPolicy(context.draft, policy.policy, drafted.ruleIds);
  // Routes may ask for the folder, which is no label of a sensor.
  const labels = { ...drafted.labels, ...(folder === undefined ? {} : { grafana_folder: folder }) };
  context.alerts[before] = { ...drafted, labels };
}

/** A recovery threshold, where the condition can have one. */
function withDeadband(translation: Translation, deadband: number | undefined): Translation {
  const { when } = translation;
  if (deadband === undefined) return translation;
  if ('above' in when || 'below' in when || 'outside' in when) {
    return { ...translation, when: { ...when, deadband } };
  }
  const changes = [...translation.changes, 'its recovery threshold has no place'];
  return { ...translation, changes };
}

/** A rule that names its contact point gets a policy that tells it alone. */
function policyOf(
  rule: Members,
  { context, receivers, origin }: { context: ImportContext; receivers: Receivers; origin: Origin },
): { policy?: string } {
  const name = textOf(membersOf(rule.notification_settings).receiver);
  if (name === undefined) return {};
  const contacts = receivers.get(name)?.contacts ?? [];
  if (contacts.length > 0) return { policy: onlyPolicy(context.draft, { contacts }) };
  context.report.changed(origin, `none of the contacts of ${name} maps: whoever fits is told`);
  return {};
}
