import { type Static, Type } from 'typebox';

// Tested by: operations/overview/get.test.ts

const Count = Type.Integer({ minimum: 0 });

/** How a fleet is at one look. */
export const Overview = Type.Object(
  {
    sensors: Type.Object({
      total: Count,
      silent: Type.Integer({ description: 'With an active alert for silence' }),
      out_of_service: Count,
    }),
    alerts: Type.Object(
      {
        info: Count,
        warning: Count,
        critical: Count,
        unacknowledged: Type.Integer({ description: 'Active, or back to normal unseen' }),
        shelved: Count,
      },
      { description: 'Active ones by severity' },
    ),
  },
  { title: 'Overview' },
);
export type Overview = Static<typeof Overview>;
