import { type Static, Type } from 'typebox';
import { Alert } from './alert.ts';
import { Contact, DELIVERY_STATES, Delivery, Policy } from './notification.ts';
import { DateTime, pageFields, pageOf, searchFields } from './page.ts';
import { Duration, Rule, Severity, ThingId } from './rule.ts';
import { SensorId } from './sensor.ts';
import { Template } from './template.ts';

// Tested by: operations/alert/shelve.test.ts

// What lists of alerts, deliveries, rules, contacts and policies take and answer, and what people do to an alert.
const strict = { additionalProperties: false } as const;

/** Newest first. `from` (inclusive) and `to` (exclusive) bound `started_at`. */
export const ListAlertsQuery = Type.Object(
  {
    ...pageFields,
    state: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('cleared')])),
    severity: Type.Optional(Severity),
    sensor_id: Type.Optional(Type.String({ maxLength: 200 })),
    rule_id: Type.Optional(Type.String({ maxLength: 100 })),
    acknowledged: Type.Optional(Type.Boolean()),
    open: Type.Optional(
      Type.Boolean({ description: 'Active, or cleared and not acknowledged: what is left to do' }),
    ),
    shelved: Type.Optional(Type.Boolean()),
    suppressed: Type.Optional(Type.Boolean()),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
  },
  { ...strict, title: 'ListAlertsQuery' },
);
export type ListAlertsQuery = Static<typeof ListAlertsQuery>;
export const AlertPage = pageOf(Alert, 'AlertPage');

export const GetAlertQuery = Type.Object(
  { history: Type.Optional(Type.Boolean()) },
  { ...strict, title: 'GetAlertQuery' },
);

const Comment = Type.String({ minLength: 1, maxLength: 2000 });
export const AcknowledgeInput = Type.Object(
  { comment: Type.Optional(Comment) },
  { ...strict, title: 'AcknowledgeInput' },
);
const Reason = Type.String({ minLength: 1, maxLength: 2000 });
/** How long: `for` or `until`, at most 7 days; with `one_shot` it ends earlier where the alert clears earlier. */
export const ShelveInput = Type.Object(
  {
    for: Type.Optional(Duration),
    until: Type.Optional(DateTime),
    one_shot: Type.Optional(Type.Boolean()),
    reason: Reason,
  },
  { ...strict, title: 'ShelveInput' },
);
export const UnshelveInput = Type.Object(
  { comment: Type.Optional(Comment) },
  { ...strict, title: 'UnshelveInput' },
);
export const ResetInput = Type.Object(
  { comment: Type.Optional(Comment) },
  { ...strict, title: 'ResetInput' },
);
/** Without an end the sensor stays out of service until it is brought back. */
export const OutOfServiceInput = Type.Object(
  {
    reason: Reason,
    for: Type.Optional(Duration),
    until: Type.Optional(DateTime),
    rules: Type.Optional(
      Type.Array(ThingId, {
        minItems: 1,
        maxItems: 100,
        description: 'Only these are put aside on the sensor; every rule unless given',
      }),
    ),
  },
  { ...strict, title: 'OutOfServiceInput' },
);
export const CommentInput = Type.Object({ comment: Comment }, { ...strict, title: 'CommentInput' });
export const AssignInput = Type.Object(
  {
    assignee: Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()], {
      description: 'null takes the assignment back',
    }),
  },
  { ...strict, title: 'AssignInput' },
);

/** Newest first. */
export const ListDeliveriesQuery = Type.Object(
  {
    ...pageFields,
    alert_id: Type.Optional(Type.String({ maxLength: 100 })),
    contact_id: Type.Optional(Type.String({ maxLength: 100 })),
    state: Type.Optional(Type.Enum(DELIVERY_STATES)),
  },
  { ...strict, title: 'ListDeliveriesQuery' },
);
export type ListDeliveriesQuery = Static<typeof ListDeliveriesQuery>;
export const DeliveryPage = pageOf(Delivery, 'DeliveryPage');

/** In the order of their ids. */
export const ListRulesQuery = Type.Object(
  {
    ...searchFields,
    ids: Type.Optional(
      Type.Array(ThingId, {
        minItems: 1,
        maxItems: 1000,
        description: 'These rules alone; those that are not there are left out',
      }),
    ),
    sensor_id: Type.Optional(SensorId),
  },
  { ...strict, title: 'ListRulesQuery' },
);
export type ListRulesQuery = Static<typeof ListRulesQuery>;

/** A rule as it is read; the default rule `silent` that nobody has replaced carries `built_in`. */
export const ListedRule = Type.Object(
  { ...Rule.properties, built_in: Type.Optional(Type.Boolean()) },
  { title: 'ListedRule' },
);
export type ListedRule = Static<typeof ListedRule>;
export const RulePage = pageOf(ListedRule, 'RulePage');
export const ContactPage = pageOf(Contact, 'ContactPage');
export const PolicyPage = pageOf(Policy, 'PolicyPage');
export const TemplatePage = pageOf(Template, 'TemplatePage');

/** What became of a test message. */
export const ContactTestResult = Type.Object(
  {
    outcome: Type.Union([Type.Literal('sent'), Type.Literal('failed')]),
    detail: Type.Union([Type.String(), Type.Null()]),
    receipt: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'ContactTestResult' },
);
export type ContactTestResult = Static<typeof ContactTestResult>;

export const PushKey = Type.Object(
  {
    public_key: Type.String({
      description: 'P-256, 65 bytes, in base64url; the same for as long as the platform lives',
    }),
  },
  { title: 'PushKey' },
);
export type PushKey = Static<typeof PushKey>;
