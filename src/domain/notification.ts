// Tested by: operations/contact/contact.test.ts
import { type Static, Type } from 'typebox';
import { LANGUAGES } from './language.ts';
import { Duration, ManagedBy, Schedule, SEVERITIES, Severity, ThingId } from './rule.ts';
import { UnitWishesSchema } from './unit-wishes.ts';

const strict = { additionalProperties: false } as const;
const DateTime = Type.String({ format: 'date-time' });

/** When nobody wants to be woken, and by what all the same. */
const QuietHours = Type.Object(
  {
    ...Schedule.properties,
    except: Type.Optional(Type.Array(Severity, { maxItems: SEVERITIES.length })),
  },
  strict,
);
export type QuietHours = Static<typeof QuietHours>;

/** How a contact wants to be told, past what the channel asks. */
const wishes = {
  quiet_hours: Type.Optional(Type.Array(QuietHours, { maxItems: 20 })),
  /** `digest`: after ten notifications in ten minutes the others come together; `whole`: each by itself. */
  storm: Type.Optional(Type.Enum(['digest', 'whole'])),
  /** Who is told instead when this contact cannot be reached. */
  fallback_contact: Type.Optional(ThingId),
  /** How messages to this contact are worded, whatever the policy says. */
  template: Type.Optional(ThingId),
  /** Values and limits are told in these; what they do not name is told as it is measured. */
  units: Type.Optional(UnitWishesSchema),
  managed_by: Type.Optional(ManagedBy),
};

/** Where a person or a system can be reached. `settings` belong to the channel, which validates them. */
export const ContactInput = Type.Object(
  {
    id: Type.Optional(ThingId),
    name: Type.Optional(Type.String({ maxLength: 200 })),
    channel: Type.String({ minLength: 1, maxLength: 32 }),
    settings: Type.Record(Type.String(), Type.Unknown()),
    language: Type.Optional(Type.Enum(LANGUAGES)),
    time_zone: Type.Optional(Type.String({ maxLength: 64 })),
    enabled: Type.Optional(Type.Boolean()),
    ...wishes,
  },
  { ...strict, title: 'ContactInput' },
);
export type ContactInput = Static<typeof ContactInput>;

/** What the latest notification for a contact failed by; not there where it got through, or the contact was changed since. */
const ContactFailing = Type.Object({
  /** Its first attempt. */
  since: DateTime,
  /** What the latest attempt came to. */
  detail: Type.Union([Type.String(), Type.Null()]),
});
export type ContactFailing = Static<typeof ContactFailing>;

export const Contact = Type.Object(
  {
    id: ThingId,
    name: Type.String(),
    channel: Type.String(),
    settings: Type.Record(Type.String(), Type.Unknown()),
    language: Type.Enum(LANGUAGES),
    time_zone: Type.String(),
    enabled: Type.Boolean(),
    ...wishes,
    created_at: DateTime,
    updated_at: DateTime,
    failing: Type.Optional(ContactFailing),
  },
  { title: 'Contact' },
);
export type Contact = Static<typeof Contact>;

const NOTIFICATION_TYPES = [
  'raised',
  'escalated',
  'severity_changed',
  'cleared',
  'acknowledged',
  'digest',
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];
const NotificationTypeSchema = Type.Enum(NOTIFICATION_TYPES);

const Step = Type.Object(
  {
    after: Type.Optional(Duration),
    contacts: Type.Optional(Type.Array(ThingId, { maxItems: 100 })),
    /** Rotations: whoever is on call when the step is told. */
    on_call: Type.Optional(Type.Array(ThingId, { maxItems: 20 })),
  },
  strict,
);

/** What may be asked of an alert: any of a list, all of the labels. */
const alertMembers = (list: { minItems?: 1 } = {}, labels: { minProperties?: 1 } = {}) => ({
  severity: Type.Optional(Type.Array(Severity, { ...list, maxItems: SEVERITIES.length })),
  labels: Type.Optional(Type.Record(Type.String(), Type.String(), labels)),
  sensors: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { ...list, maxItems: 1000 })),
  rules: Type.Optional(Type.Array(ThingId, { ...list, maxItems: 1000 })),
  /** Patterns of the sensor's location: * any characters, ? one. */
  locations: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { ...list, maxItems: 1000 }),
  ),
});

/** What a policy is not for. Something has to be asked: what asks nothing fits every alert, and nobody would be told. */
const AlertException = Type.Object(alertMembers({ minItems: 1 }, { minProperties: 1 }), {
  ...strict,
  minProperties: 1,
});
export type AlertException = Static<typeof AlertException>;

const policyFields = {
  name: Type.Optional(Type.String({ maxLength: 200 })),
  match: Type.Optional(
    Type.Object(
      {
        ...alertMembers(),
        /** An alert that fits any of these is not taken; one fits where all of its members do, read as those of `match`. */
        not: Type.Optional(Type.Array(AlertException, { minItems: 1, maxItems: 1000 })),
      },
      strict,
    ),
  ),
  /** The next step is told when nobody has acknowledged `after` the step before; the first may wait, too. */
  steps: Type.Array(Step, { minItems: 1, maxItems: 10 }),
  repeat: Type.Optional(Duration),
  /** Notifications of one contact that agree in all of `by` go out as one, `wait` after the first, then every `interval`. */
  group: Type.Optional(
    Type.Object(
      {
        by: Type.Array(
          Type.String({
            pattern: '^(?:rule|severity|sensor|location|label:.{1,100})$',
            description: 'rule, severity, sensor, location, or label:<name>',
          }),
          { maxItems: 10 },
        ),
        wait: Type.Optional(Duration),
        interval: Type.Optional(Duration),
      },
      strict,
    ),
  ),
  quiet_hours: Type.Optional(Type.Array(QuietHours, { maxItems: 20 })),
  /** Who is told instead when a contact cannot be reached, or not within `fallback_after`. */
  fallback: Type.Optional(Type.Array(ThingId, { maxItems: 20 })),
  fallback_after: Type.Optional(Duration),
  /** How its messages are worded. */
  template: Type.Optional(ThingId),
  on: Type.Optional(
    Type.Array(NotificationTypeSchema, { minItems: 1, maxItems: NOTIFICATION_TYPES.length }),
  ),
  enabled: Type.Optional(Type.Boolean()),
  managed_by: Type.Optional(ManagedBy),
};
export const PolicyInput = Type.Object(
  { id: Type.Optional(ThingId), ...policyFields },
  { ...strict, title: 'PolicyInput' },
);
export type PolicyInput = Static<typeof PolicyInput>;

/** Who is told what, when. */
export const Policy = Type.Object(
  {
    id: ThingId,
    ...policyFields,
    enabled: Type.Boolean(),
    created_at: DateTime,
    updated_at: DateTime,
  },
  { title: 'Policy' },
);
export type Policy = Static<typeof Policy>;

export const DELIVERY_STATES = ['queued', 'sent', 'failed', 'given_up'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const Delivery = Type.Object(
  {
    id: Type.String(),
    alert_id: Type.String(),
    contact_id: Type.String(),
    channel: Type.String(),
    type: NotificationTypeSchema,
    state: Type.Enum(DELIVERY_STATES),
    attempts: Type.Array(
      Type.Object({
        at: DateTime,
        outcome: Type.String(),
        detail: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
    receipt: Type.Union([Type.String(), Type.Null()]),
    created_at: DateTime,
    next_attempt_at: Type.Union([DateTime, Type.Null()]),
    policy_id: Type.Union([Type.String(), Type.Null()]),
    /** Which step of the policy tells, from 1 on. */
    step: Type.Union([Type.Integer(), Type.Null()]),
    /** The delivery of the digest that it went out in. */
    digest_id: Type.Union([Type.String(), Type.Null()]),
    /** Why it was not sent, such as `acknowledged`; its state is then `given_up`. */
    left_out: Type.Union([Type.String(), Type.Null()]),
    /** The contact who could not be reached, in whose place this one is told. */
    fallback_for: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'Delivery' },
);
export type Delivery = Static<typeof Delivery>;
