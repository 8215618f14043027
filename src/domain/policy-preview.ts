import { type Static, Type } from 'typebox';
import { Duration, Severity, ThingId } from './rule.ts';

// Tested by: operations/policy/preview.test.ts

const strict = { additionalProperties: false } as const;
const DateTime = Type.String({ format: 'date-time' });
const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

/** An alert that there is, from its real course on, or one that there might be, raised now; with `at` either as if raised then. */
export const PolicyPreviewInput = Type.Object(
  {
    alert_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    alert: Type.Optional(
      Type.Object(
        {
          rule_id: ThingId,
          sensor_id: Type.String({ minLength: 1, maxLength: 200 }),
          severity: Severity,
          metric: Type.Optional(Type.String({ maxLength: 64 })),
        },
        strict,
      ),
    ),
    at: Type.Optional(DateTime),
  },
  { ...strict, title: 'PolicyPreviewInput' },
);
export type PolicyPreviewInput = Static<typeof PolicyPreviewInput>;

export const PolicyPreview = Type.Object(
  {
    /** Which policies tell of it, and why the others do not. */
    policies: Type.Array(
      Type.Object({
        policy_id: ThingId,
        matches: Type.Boolean(),
        reasons: Type.Array(Type.String()),
      }),
    ),
    told: Type.Array(
      Type.Object({
        at: DateTime,
        after: Duration,
        /** Which step of the policy tells, from 1 on. */
        step: OrNull(Type.Integer()),
        policy_id: OrNull(Type.String()),
        contact_id: Type.String(),
        channel: Type.String(),
        type: Type.Enum(['raised', 'escalated', 'repeat', 'severity_changed']),
        /** It has been told: the line is from the ledger. */
        already: Type.Boolean(),
        held_until: OrNull(DateTime),
        held_by: OrNull(Type.String()),
        /** What one contact is told with the same key goes out together. */
        group: OrNull(Type.String()),
      }),
    ),
    nobody: Type.Boolean(),
    /** Why nobody is told at that time all the same: `acknowledged`, `shelved`, `out-of-service`, `maintenance-window/<id>`, `sensor/<id>` (a silent parent). */
    hushed_by: OrNull(Type.String()),
  },
  { title: 'PolicyPreview' },
);
export type PolicyPreview = Static<typeof PolicyPreview>;
