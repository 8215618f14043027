import { type Static, Type } from 'typebox';
import { LANGUAGES } from './language.ts';

/** `5m`, `90s`, `1h30m`, `2d`, `250ms`. */
export const Duration = Type.String({
  pattern: '^(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d|w))+$',
  description: 'A duration such as 90s, 5m, 1h30m or 2d',
});

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const Severity = Type.Enum(SEVERITIES);
export type Severity = (typeof SEVERITIES)[number];

export const ThingId = Type.String({
  pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}\\-_.]{0,99}$',
  description: '1–100 letters, digits, -, _ and .',
});

/** Who keeps a thing, where a program does: `apply:<set>` for what `vigie apply` made of the files of a set. */
export const ManagedBy = Type.String({
  pattern: '^[a-z]{1,20}:[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}\\-_.]{0,99}$',
  description: 'Who keeps it, such as apply:default; taken off by leaving it out',
});

export const Localized = Type.Object(
  {
    en: Type.Optional(Type.String({ maxLength: 2000 })),
    fr: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: `A text by language: ${LANGUAGES.join(', ')}`,
  },
);
export type Localized = Static<typeof Localized>;

const strict = { additionalProperties: false } as const;
const MetricField = Type.String({ pattern: '^[\\p{L}\\p{M}\\p{N}\\-_.]{1,64}$' });
const LimitLevel = Type.Object({ limit: Type.Number(), severity: Type.Optional(Severity) }, strict);
const RangeLevel = Type.Object(
  { range: Type.Tuple([Type.Number(), Type.Number()]), severity: Type.Optional(Severity) },
  strict,
);
const delays = {
  on_delay: Type.Optional(Duration),
  off_delay: Type.Optional(Duration),
};
const deadband = { deadband: Type.Optional(Type.Number({ minimum: 0 })) };
const levels = <T extends typeof LimitLevel | typeof RangeLevel>(level: T) =>
  Type.Array(level, { minItems: 1, maxItems: 8 });

/** 3 × the cadence learned for the sensor, at least 60 s; SenML `ut`, where the sensor sends it, instead of 3 × cadence. */
const Auto = Type.Literal('auto', {
  description: '3 × the learned cadence of the sensor, at least 60 s',
});

/** The condition kinds, each told apart by the field that names it. */
export const Condition = Type.Union([
  Type.Object({ metric: MetricField, above: levels(LimitLevel), ...deadband, ...delays }, strict),
  Type.Object({ metric: MetricField, below: levels(LimitLevel), ...deadband, ...delays }, strict),
  Type.Object({ metric: MetricField, outside: levels(RangeLevel), ...deadband, ...delays }, strict),
  Type.Object(
    {
      metric: MetricField,
      change: Type.Object({ by: Type.Number({ exclusiveMinimum: 0 }), within: Duration }, strict),
      ...deadband,
      ...delays,
    },
    strict,
  ),
  Type.Object({ silent: Type.Union([Duration, Auto]), ...delays }, strict),
  Type.Object(
    {
      metric: MetricField,
      flat: Type.Object(
        { for: Duration, tolerance: Type.Optional(Type.Number({ minimum: 0 })) },
        strict,
      ),
      ...delays,
    },
    strict,
  ),
  Type.Object({ calibration_due: Duration, ...delays }, strict),
  Type.Object({ expression: Type.String({ minLength: 1, maxLength: 1000 }), ...delays }, strict),
  Type.Object(
    {
      metric: MetricField,
      anomaly: Type.Object(
        {
          sensitivity: Type.Union([
            Type.Literal('low'),
            Type.Literal('medium'),
            Type.Literal('high'),
          ]),
        },
        strict,
      ),
      ...delays,
    },
    strict,
  ),
  Type.Object(
    {
      metric: MetricField,
      forecast: Type.Object(
        {
          above: Type.Optional(Type.Number()),
          below: Type.Optional(Type.Number()),
          within: Duration,
        },
        strict,
      ),
      ...delays,
    },
    strict,
  ),
]);
export type Condition = Static<typeof Condition>;

const CONDITION_KINDS = [
  'above',
  'below',
  'outside',
  'change',
  'silent',
  'flat',
  'calibration_due',
  'expression',
  'anomaly',
  'forecast',
] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

/** The field that tells which kind of condition this is. */
export function conditionKind(condition: Condition): ConditionKind {
  const kind = CONDITION_KINDS.find((name) => name in condition);
  if (kind === undefined) throw new TypeError('a condition without a kind');
  return kind;
}

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const TimeOfDay = Type.String({ pattern: '^(?:[01]\\d|2[0-3]):[0-5]\\d$|^24:00$' });

export const Schedule = Type.Object(
  {
    time_zone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA time zone' }),
    windows: Type.Array(
      Type.Object(
        {
          days: Type.Optional(
            Type.Array(Type.Enum(DAYS), {
              minItems: 1,
              maxItems: 7,
            }),
          ),
          from: TimeOfDay,
          to: TimeOfDay,
        },
        strict,
      ),
      { minItems: 1, maxItems: 50 },
    ),
  },
  strict,
);
export type Schedule = Static<typeof Schedule>;

/** What may be asked of a sensor: any of the id patterns (`*` and `?`), all of the labels. */
const sensorMembers = (list: { minItems?: 1 } = {}, labels: { minProperties?: 1 } = {}) => ({
  sensors: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { ...list, maxItems: 1000 }),
  ),
  labels: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 200 }), labels)),
});

/** What a selector leaves out. Something has to be asked: what asks nothing fits every sensor. */
const SensorException = Type.Object(sensorMembers({ minItems: 1 }, { minProperties: 1 }), {
  ...strict,
  minProperties: 1,
});
export type SensorException = Static<typeof SensorException>;

/** Which sensors a rule covers: any of the id patterns (`*` and `?`) and all of the labels, and none of `not`. Empty = every sensor. */
export const Selector = Type.Object(
  {
    ...sensorMembers(),
    /** A sensor that fits any of these is left out; one fits where all of its members do. */
    not: Type.Optional(Type.Array(SensorException, { minItems: 1, maxItems: 1000 })),
  },
  strict,
);
export type Selector = Static<typeof Selector>;

const ruleFields = {
  name: Type.Optional(Localized),
  where: Type.Optional(Selector),
  when: Condition,
  severity: Type.Optional(Severity),
  message: Type.Optional(Localized),
  instructions: Type.Optional(Localized),
  latch: Type.Optional(
    Type.Boolean({ description: 'Its alerts stay active until they are reset' }),
  ),
  re_alert: Type.Optional(
    Type.String({
      ...Duration,
      description: 'An acknowledged alert that is still active after so long is told again',
    }),
  ),
  schedule: Type.Optional(Schedule),
  policy: Type.Optional(ThingId),
  enabled: Type.Optional(Type.Boolean()),
  managed_by: Type.Optional(ManagedBy),
};

/** What POST and PUT take. */
export const RuleInput = Type.Object(
  { id: Type.Optional(ThingId), ...ruleFields },
  { ...strict, title: 'RuleInput' },
);
export type RuleInput = Static<typeof RuleInput>;

/** A stored rule. `revision` grows by one at each change. */
export const Rule = Type.Object(
  {
    id: ThingId,
    ...ruleFields,
    enabled: Type.Boolean(),
    revision: Type.Integer(),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Rule' },
);
export type Rule = Static<typeof Rule>;
