import type { Severity } from '#domain/rule.ts';
import type { Fields } from '../../as-code/kinds.ts';
import { idOf } from '../config/config-draft.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import {
  listOf,
  type Members,
  membersOf,
  type Path,
  type SourceDocument,
  textOf,
} from '../config/source-document.ts';
import { alertText } from './alert-text.ts';
import { PromqlError, promDurationMs } from './promql-tokens.ts';
import { translateExpression } from './translate-expression.ts';
import type { Translation } from './translation.ts';

// Tested by: cli/import/prometheus/alert-rules.test.ts

/** Where the groups of a rule file are: at its top, or in the `spec` of a PrometheusRule of Kubernetes. */
export function groupsPath({ value }: SourceDocument): Path | undefined {
  const members = membersOf(value);
  if (members.kind === 'PrometheusRule') return ['spec', 'groups'];
  return Array.isArray(members.groups) ? ['groups'] : undefined;
}

/** Makes a rule of each alerting rule that has a counterpart. */
export function importAlertRules(source: SourceDocument, context: ImportContext): void {
  const path = groupsPath(source) ?? [];
  const groups = path.reduce<unknown>((here, step) => membersOf(here)[step], source.value);
  for (const [number, group] of listOf(groups).entries()) {
    for (const [at, rule] of listOf(membersOf(group).rules).entries()) {
      importRule(membersOf(rule), {
        context,
        origin: { source, path: [...path, number, 'rules', at], what: '' },
        groupLabels: membersOf(membersOf(group).labels),
      });
    }
  }
}

function importRule(
  rule: Members,
  {
    context,
    origin,
    groupLabels,
  }: { context: ImportContext; origin: Origin; groupLabels: Members },
): void {
  const record = textOf(rule.record);
  if (record !== undefined) {
    const reason = 'a recording rule makes series; here rules look at what sensors send';
    context.report.leftOut({ ...origin, what: `rule ${record}` }, reason);
    return;
  }
  const name = textOf(rule.alert);
  const expr = textOf(rule.expr);
  const about: Origin = { ...origin, what: `rule ${name ?? '?'}` };
  if (name === undefined || expr === undefined) {
    context.report.leftOut(about, 'it has no alert or no expr');
    return;
  }
  const labels = labelsOf({ ...groupLabels, ...membersOf(rule.labels) });
  const forMs = promDurationMs(textOf(rule.for) ?? '0') ?? 0;
  const keepMs = promDurationMs(textOf(rule.keep_firing_for) ?? '0') ?? 0;
  let translation: Translation;
  try {
    translation = translateExpression(expr, { ...context, forMs, keepMs });
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    context.report.leftOut(about, error.message);
    return;
  }
  draftRules(
    { name, labels, annotations: membersOf(rule.annotations), translation },
    { context, origin: about },
  );
}

interface ForeignAlert {
  name: string;
  /** Those that the rule itself sets. */
  labels: Record<string, string>;
  annotations: Members;
  translation: Translation;
  /** More fields of the rules. */
  extra?: Fields;
}

/** One rule for each alternative of its sensors. */
export function draftRules(
  alert: ForeignAlert,
  { context, origin }: { context: ImportContext; origin: Origin },
): void {
  const { report, draft } = context;
  const { name, labels, translation } = alert;
  if (translation.changes.length > 0 && !report.takesChanged) {
    report.leftOut(origin, translation.changes.join('; '));
    return;
  }
  for (const change of translation.changes) report.changed(origin, change);
  const severity = severityOf(labels, { context, origin });
  const others = Object.keys(labels).filter((label) => label !== 'severity');
  if (others.length > 0) {
    const reason = `alerts carry the labels of their sensor, not ${others.join(', ')}; policies made along with it ask for the rule instead`;
    report.note(origin, reason);
  }
  const fields = { name: { [context.language]: name }, ...textsOf(alert, { context, origin }) };
  const ruleIds = translation.where.map((where) =>
    draft.add('rule', wishFor(name, labels, context), {
      ...fields,
      ...(Object.keys(where).length === 0 ? {} : { where }),
      when: translation.when,
      severity,
      ...alert.extra,
    }),
  );
  context.alerts.push({ name, labels: { ...labels, severity: labels.severity ?? '' }, ruleIds });
}

/** Two alerts of one name mostly differ in severity. */
function wishFor(
  name: string,
  { severity }: Readonly<Record<string, string>>,
  { draft }: ImportContext,
): string {
  return draft.has('rule', idOf(name)) && severity !== undefined ? `${name}-${severity}` : name;
}

function severityOf(
  { severity }: Readonly<Record<string, string>>,
  { context, origin }: { context: ImportContext; origin: Origin },
): Severity {
  if (severity === undefined) return 'warning';
  const found = context.severities.find(severity);
  if (found !== undefined) return found;
  const reason = `severity ${severity} is none of info, warning, critical: taken as warning; --severity ${severity}=critical says otherwise`;
  context.report.changed(origin, reason);
  return 'warning';
}

/** summary → what happened; description and runbook → what to do. */
function textsOf(
  { annotations }: ForeignAlert,
  { context, origin }: { context: ImportContext; origin: Origin },
): Fields {
  const { language } = context;
  const say = (text: string | undefined) => {
    if (text === undefined) return undefined;
    const { text: said, dropped } = alertText(text, context);
    if (dropped.length > 0) {
      context.report.changed(origin, `no text here for ${[...new Set(dropped)].join(', ')}`);
    }
    return said === '' ? undefined : said;
  };
  const message = say(textOf(annotations.summary) ?? textOf(annotations.message));
  const todo = [annotations.description, annotations.runbook_url ?? annotations.runbook];
  const instructions = say(todo.map(textOf).filter(Boolean).join('\n') || undefined);
  return {
    ...(message === undefined ? {} : { message: { [language]: message } }),
    ...(instructions === undefined ? {} : { instructions: { [language]: instructions } }),
  };
}

/** The members that are texts or numbers, as texts. */
export function labelsOf(members: Members): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => {
      const text = textOf(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
