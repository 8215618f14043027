import type {
  Condition,
  ConditionKind,
  Localized,
  Rule,
  RuleInput,
  Schedule,
  SensorException,
  Severity,
} from '#domain/rule.ts';
import { unlessEmpty } from '../../format/change-document.ts';
import { labelsOf, labelsText, listOf, listText } from '../../format/text-lists.ts';

// A rule as a form holds it: every field is text, so that half of a number can be typed. `ruleOf` writes the
// JSON that the API takes, `draftOf` reads it back; what is not changed in the form stays to the letter.
// Tested by: rule-draft.test.ts

/** `limit` for above and below; `from` and `to` for outside. */
export interface LevelDraft {
  limit: string;
  from: string;
  to: string;
  severity: '' | Severity;
}

export interface RuleDraft {
  id: string;
  name: { en: string; fr: string };
  sensors: string;
  labels: string;
  /** Which sensors are left out. */
  not: readonly SensorException[];
  kind: ConditionKind;
  metric: string;
  levels: LevelDraft[];
  changeBy: string;
  changeWithin: string;
  silent: string;
  flatFor: string;
  tolerance: string;
  sensitivity: 'low' | 'medium' | 'high';
  forecastAbove: string;
  forecastBelow: string;
  forecastWithin: string;
  calibrationDue: string;
  expression: string;
  deadband: string;
  onDelay: string;
  offDelay: string;
  severity: '' | Severity;
  message: { en: string; fr: string };
  instructions: { en: string; fr: string };
  latch: boolean;
  reAlert: string;
  policy: string;
  timeZone: string;
  windows: Schedule['windows'];
  enabled: boolean;
  managedBy: string | undefined;
}

export const EMPTY_LEVEL: LevelDraft = { limit: '', from: '', to: '', severity: '' };

export const EMPTY_RULE: RuleDraft = {
  id: '',
  name: { en: '', fr: '' },
  sensors: '',
  labels: '',
  not: [],
  kind: 'above',
  metric: '',
  levels: [EMPTY_LEVEL],
  changeBy: '',
  changeWithin: '10m',
  silent: 'auto',
  flatFor: '1h',
  tolerance: '',
  sensitivity: 'medium',
  forecastAbove: '',
  forecastBelow: '',
  forecastWithin: '30m',
  calibrationDue: '14d',
  expression: '',
  deadband: '',
  onDelay: '',
  offDelay: '',
  severity: '',
  message: { en: '', fr: '' },
  instructions: { en: '', fr: '' },
  latch: false,
  reAlert: '',
  policy: '',
  timeZone: '',
  windows: [],
  enabled: true,
  managedBy: undefined,
};

/** Which of the fields of a condition a kind has. */
export const HAS_METRIC: ReadonlySet<ConditionKind> = new Set([
  'above',
  'below',
  'outside',
  'change',
  'flat',
  'anomaly',
  'forecast',
]);
export const HAS_DEADBAND: ReadonlySet<ConditionKind> = new Set([
  'above',
  'below',
  'outside',
  'change',
]);
export const HAS_LEVELS: ReadonlySet<ConditionKind> = new Set(['above', 'below', 'outside']);

/** A comma is a decimal point to half of the readers. What is no number goes to the API as null, which names it. */
export const numberOf = (text: string) =>
  text.trim() === '' ? null : Number(text.trim().replace(',', '.'));
const given = (text: string) => (text.trim() === '' ? undefined : text.trim());
/** Leaves out what is undefined: absent and undefined are not the same to the API. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

function localizedOf({ en, fr }: { en: string; fr: string }): Localized | undefined {
  const text = compact({ en: given(en), fr: given(fr) }) as Localized;
  return Object.keys(text).length === 0 ? undefined : text;
}

/** Which sensors the form names. */
export function whereOf({
  sensors,
  labels,
  not,
}: Pick<RuleDraft, 'sensors' | 'labels' | 'not'>): RuleInput['where'] {
  const where = compact({
    sensors: listOf(sensors),
    labels: labelsOf(labels),
    not: unlessEmpty(not),
  });
  return Object.keys(where).length === 0 ? undefined : (where as RuleInput['where']);
}

function scheduleOf({ timeZone, windows }: RuleDraft): Schedule | undefined {
  if (windows.length === 0) return undefined;
  return { time_zone: timeZone, windows };
}

/** What each kind writes under `when`, besides the fields that several have. */
const WRITE: Record<ConditionKind, (draft: RuleDraft) => object> = {
  above: ({ levels }) => ({ above: levels.map(limitOf) }),
  below: ({ levels }) => ({ below: levels.map(limitOf) }),
  outside: ({ levels }) => ({
    outside: levels.map(({ from, to, severity }) =>
      compact({ range: [numberOf(from), numberOf(to)], severity: severity || undefined }),
    ),
  }),
  change: ({ changeBy, changeWithin }) => ({
    change: { by: numberOf(changeBy), within: changeWithin },
  }),
  silent: ({ silent }) => ({ silent }),
  flat: ({ flatFor, tolerance }) => ({
    flat: compact({ for: flatFor, tolerance: numberOf(tolerance) ?? undefined }),
  }),
  anomaly: ({ sensitivity }) => ({ anomaly: { sensitivity } }),
  forecast: ({ forecastAbove, forecastBelow, forecastWithin }) => ({
    forecast: compact({
      above: numberOf(forecastAbove) ?? undefined,
      below: numberOf(forecastBelow) ?? undefined,
      within: forecastWithin,
    }),
  }),
  calibration_due: ({ calibrationDue }) => ({ calibration_due: calibrationDue }),
  expression: ({ expression }) => ({ expression }),
};

function limitOf({ limit, severity }: LevelDraft): object {
  return compact({ limit: numberOf(limit), severity: severity || undefined });
}

/**
 * The JSON of the API. It may be refused: the platform judges, and its words are shown. Parts of the rule `before` that
 * the form has not changed are as they were there, however they were written.
 */
export function ruleOf(draft: RuleDraft, before?: Rule | RuleInput): RuleInput {
  const after = written(draft);
  if (before === undefined) return after;
  const unchanged = written(draftOf(before));
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as FieldName[];
  const fields = names.filter((name) => !GIVEN.has(name));
  const isSame = (name: FieldName) =>
    JSON.stringify(after[name]) === JSON.stringify(unchanged[name]);
  return compact(
    Object.fromEntries(fields.map((name) => [name, (isSame(name) ? before : after)[name]])),
  ) as RuleInput;
}

type FieldName = keyof RuleInput;
/** What only the platform writes. */
const GIVEN: ReadonlySet<string> = new Set(['revision', 'created_at', 'updated_at']);

function written(draft: RuleDraft): RuleInput {
  return compact({
    id: given(draft.id),
    name: localizedOf(draft.name),
    where: whereOf(draft),
    when: conditionOf(draft),
    severity: draft.severity || undefined,
    message: localizedOf(draft.message),
    instructions: localizedOf(draft.instructions),
    latch: draft.latch || undefined,
    re_alert: given(draft.reAlert),
    policy: given(draft.policy),
    schedule: scheduleOf(draft),
    enabled: draft.enabled,
    managed_by: draft.managedBy,
  }) as RuleInput;
}

function conditionOf(draft: RuleDraft): Condition {
  const { kind } = draft;
  return compact({
    metric: HAS_METRIC.has(kind) ? draft.metric.trim() : undefined,
    ...WRITE[kind](draft),
    deadband: HAS_DEADBAND.has(kind) ? (numberOf(draft.deadband) ?? undefined) : undefined,
    on_delay: given(draft.onDelay),
    off_delay: given(draft.offDelay),
  }) as unknown as Condition;
}

const text = (value: number | undefined) => (value === undefined ? '' : String(value));
const localized = (value: Localized | undefined) => ({ en: value?.en ?? '', fr: value?.fr ?? '' });

/** What each kind reads from `when`. */
function conditionDraft(when: Condition): Partial<RuleDraft> {
  if ('above' in when) return { kind: 'above', levels: when.above.map(levelOf) };
  if ('below' in when) return { kind: 'below', levels: when.below.map(levelOf) };
  if ('outside' in when) {
    const levels = when.outside.map(({ range: [from, to], severity }) => ({
      ...EMPTY_LEVEL,
      from: String(from),
      to: String(to),
      severity: severity ?? ('' as const),
    }));
    return { kind: 'outside', levels };
  }
  if ('change' in when) {
    return { kind: 'change', changeBy: String(when.change.by), changeWithin: when.change.within };
  }
  if ('silent' in when) return { kind: 'silent', silent: when.silent };
  if ('flat' in when) {
    return { kind: 'flat', flatFor: when.flat.for, tolerance: text(when.flat.tolerance) };
  }
  if ('anomaly' in when) return { kind: 'anomaly', sensitivity: when.anomaly.sensitivity };
  if ('forecast' in when) {
    const { above, below, within } = when.forecast;
    return {
      kind: 'forecast',
      forecastAbove: text(above),
      forecastBelow: text(below),
      forecastWithin: within,
    };
  }
  if ('calibration_due' in when)
    return { kind: 'calibration_due', calibrationDue: when.calibration_due };
  return { kind: 'expression', expression: when.expression };
}

function levelOf({ limit, severity }: { limit: number; severity?: Severity }): LevelDraft {
  return { ...EMPTY_LEVEL, limit: String(limit), severity: severity ?? '' };
}

export function draftOf(rule: Rule | RuleInput): RuleDraft {
  const { when, where, schedule } = rule;
  return {
    ...EMPTY_RULE,
    ...conditionDraft(when),
    id: rule.id ?? '',
    name: localized(rule.name),
    sensors: listText(where?.sensors),
    labels: labelsText(where?.labels),
    not: where?.not ?? [],
    metric: 'metric' in when ? when.metric : '',
    deadband: 'deadband' in when ? text(when.deadband) : '',
    onDelay: when.on_delay ?? '',
    offDelay: when.off_delay ?? '',
    severity: rule.severity ?? '',
    message: localized(rule.message),
    instructions: localized(rule.instructions),
    latch: rule.latch ?? false,
    reAlert: rule.re_alert ?? '',
    policy: rule.policy ?? '',
    timeZone: schedule?.time_zone ?? '',
    windows: schedule?.windows ?? [],
    enabled: rule.enabled ?? true,
    managedBy: rule.managed_by,
  };
}
