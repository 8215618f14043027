import { type Static, Type } from 'typebox';
import { Severity } from './rule.ts';

// Tested by: operations/alert/alert.test.ts

const DateTime = Type.String({ format: 'date-time' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

const ALERT_CHANGES = [
  'raised',
  'severity_changed',
  'cleared',
  'acknowledged',
  'commented',
  'assigned',
  'escalated',
  'shelved',
  'unshelved',
  'reset',
  'returned',
  'recurred',
  'suppressed',
  'unsuppressed',
  're_alerted',
] as const;

export const AlertHistoryEntry = Type.Object(
  {
    at: DateTime,
    by: Type.String(),
    change: Type.Enum(ALERT_CHANGES),
    severity: Severity,
    comment: nullable(Type.String()),
  },
  { title: 'AlertHistoryEntry' },
);
export type AlertHistoryEntry = Static<typeof AlertHistoryEntry>;

/** One occurrence of a rule on a sensor (design section 8): `active` and `acknowledged` are two bits. */
export const Alert = Type.Object(
  {
    id: Type.String(),
    rule_id: Type.String(),
    sensor_id: Type.String(),
    sensor_name: Type.Optional(
      nullable(
        Type.String({
          description: 'What people call the sensor now; only where alerts are asked for',
        }),
      ),
    ),
    metric: nullable(Type.String()),
    condition: Type.String(),
    state: Type.Union([Type.Literal('active'), Type.Literal('cleared')]),
    severity: Severity,
    acknowledged: Type.Boolean(),
    shelved_until: nullable(DateTime),
    shelved_by: nullable(Type.String()),
    shelve_reason: nullable(Type.String()),
    shelve_one_shot: Type.Boolean({
      description: 'Shelved until it clears, at the latest until then',
    }),
    suppressed_by: nullable(Type.String()),
    assignee: nullable(Type.String()),
    value: nullable(Type.Number()),
    limit: nullable(Type.Number()),
    unit: nullable(Type.String()),
    peak: nullable(Type.Number()),
    started_at: DateTime,
    received_at: DateTime,
    cleared_at: nullable(DateTime),
    acknowledged_at: nullable(DateTime),
    acknowledged_by: nullable(Type.String()),
    returned_at: nullable(
      Type.String({
        format: 'date-time',
        description:
          'A latched alert whose condition no longer holds waits for its reset since then',
      }),
    ),
    first_of_storm: Type.Boolean({ description: 'The first of more than 10 within ten minutes' }),
    history: Type.Optional(Type.Array(AlertHistoryEntry)),
  },
  { title: 'Alert' },
);
export type Alert = Static<typeof Alert>;

/** How the acknowledgement of a reading names an alert that the reading raised, changed or cleared. */
export const AlertOutcome = Type.Object(
  {
    id: Type.String(),
    rule_id: Type.String(),
    sensor_id: Type.String(),
    state: Type.Union([Type.Literal('active'), Type.Literal('cleared')]),
    severity: Severity,
    notification: Type.Union([Type.Literal('queued'), Type.Literal('none')]),
  },
  { title: 'AlertOutcome' },
);
export type AlertOutcome = Static<typeof AlertOutcome>;
