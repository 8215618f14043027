import { type Static, Type } from 'typebox';
import { DateTime } from './page.ts';
import { Severity } from './rule.ts';

// Tested by: operations/alarm-quality/get.test.ts
const strict = { additionalProperties: false } as const;

/** `from` (inclusive) and `to` (exclusive) bound `received_at`: when people were faced with the alert. */
export const AlarmQualityQuery = Type.Object(
  { from: Type.Optional(DateTime), to: Type.Optional(DateTime) },
  { ...strict, title: 'AlarmQualityQuery' },
);
export type AlarmQualityQuery = Static<typeof AlarmQualityQuery>;

/** How much there was to look at, over the whole time. */
export const AlarmLoad = Type.Object(
  {
    alerts: Type.Integer(),
    per_day: Type.Number(),
    per_hour: Type.Number(),
    per_ten_minutes: Type.Number(),
    worst_ten_minutes: Type.Integer({ description: 'The most within ten minutes of the clock' }),
    flood_share: Type.Number({
      description: 'Share of the time in flood: from over 10 in ten minutes until under 5',
    }),
  },
  { title: 'AlarmLoad' },
);
export type AlarmLoad = Static<typeof AlarmLoad>;

export const Flood = Type.Object(
  { started_at: DateTime, ended_at: DateTime, alerts: Type.Integer() },
  { title: 'Flood' },
);
export type Flood = Static<typeof Flood>;

const Actor = { rule_id: Type.String(), sensor_id: Type.String() };

const QUALITY_FIGURES = [
  'alerts_per_day',
  'alerts_per_hour',
  'alerts_per_ten_minutes',
  'worst_ten_minutes',
  'flood_share',
  'top_ten_share',
  'chattering',
  'stale',
  'critical_share',
  'warning_share',
] as const;
export type QualityFigureName = (typeof QUALITY_FIGURES)[number];

/** One figure of ISA-18.2 with what it should be. */
export const QualityFigure = Type.Object(
  {
    name: Type.Enum(QUALITY_FIGURES),
    value: Type.Number(),
    target: Type.Number(),
    most: Type.Number({ description: 'The most that can still be managed' }),
    judgement: Type.Union([
      Type.Literal('good'),
      Type.Literal('manageable'),
      Type.Literal('too_much'),
    ]),
  },
  { title: 'QualityFigure' },
);
export type QualityFigure = Static<typeof QualityFigure>;

/** How well people can live with the alerts of a time, against the figures of ISA-18.2. */
export const AlarmQuality = Type.Object(
  {
    from: DateTime,
    to: DateTime,
    days: Type.Number(),
    is_enough: Type.Boolean({ description: 'ISA-18.2 asks for at least 30 days' }),
    figures: Type.Array(QualityFigure, {
      description: 'Those of load are the busiest operator’s; of all alerts where nobody was told',
    }),
    all: AlarmLoad,
    operators: Type.Array(
      Type.Object({ contact_id: Type.String(), ...AlarmLoad.properties }, { title: 'Operator' }),
      { description: 'Contacts by how often they were told, the busiest 20' },
    ),
    floods: Type.Array(Flood, { description: 'The last 100' }),
    bad_actors: Type.Array(
      Type.Object(
        { ...Actor, alerts: Type.Integer(), share: Type.Number() },
        { title: 'BadActor' },
      ),
      { description: 'The ten that raised most' },
    ),
    chattering: Type.Array(
      Type.Object({ ...Actor, bursts: Type.Integer(), last_at: DateTime }, { title: 'Chattering' }),
      { description: 'Raised three times or more within a minute; the worst 100' },
    ),
    stale: Type.Object(
      {
        count: Type.Integer(),
        oldest: Type.Array(
          Type.Object(
            { alert_id: Type.String(), ...Actor, severity: Severity, started_at: DateTime },
            { title: 'StaleAlert' },
          ),
        ),
      },
      { description: 'Active now, for more than 24 h; the oldest ten' },
    ),
    priorities: Type.Array(
      Type.Object(
        {
          severity: Severity,
          alerts: Type.Integer(),
          share: Type.Number(),
          target: Type.Number({ description: 'info 80 %, warning 15 %, critical 5 %' }),
        },
        { title: 'PriorityShare' },
      ),
    ),
    acknowledgement: Type.Object(
      {
        acknowledged: Type.Integer(),
        unacknowledged: Type.Integer(),
        p50_s: Type.Union([Type.Number(), Type.Null()], {
          description: 'From the reading’s receipt to the acknowledgement',
        }),
        p90_s: Type.Union([Type.Number(), Type.Null()]),
      },
      { title: 'AcknowledgementTimes' },
    ),
  },
  { title: 'AlarmQuality' },
);
export type AlarmQuality = Static<typeof AlarmQuality>;
