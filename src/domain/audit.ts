import { type Static, Type } from 'typebox';
import { DateTime, pageFields, pageOf } from './page.ts';

/** One change: who did what to which thing. */
export const AuditEntry = Type.Object(
  {
    id: Type.String(),
    at: DateTime,
    who: Type.String({ description: 'key:<id>, session:<key id> or system' }),
    action: Type.String({ description: 'such as rule.put' }),
    target: Type.String({ description: 'such as rule/freezer-too-warm' }),
    detail: Type.Unknown(),
    request_id: Type.String(),
  },
  { title: 'AuditEntry' },
);
export type AuditEntry = Static<typeof AuditEntry>;

export const ListAuditQuery = Type.Object(
  {
    ...pageFields,
    who: Type.Optional(Type.String({ maxLength: 200 })),
    action: Type.Optional(Type.String({ maxLength: 100 })),
    target: Type.Optional(Type.String({ maxLength: 300 })),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
  },
  { additionalProperties: false, title: 'ListAuditQuery' },
);
export type ListAuditQuery = Static<typeof ListAuditQuery>;

export const AuditPage = pageOf(AuditEntry, 'AuditPage');
