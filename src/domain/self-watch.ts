import { type Static, Type } from 'typebox';
import { DateTime } from './page.ts';

// Tested by: services/self-watch/self-watch.test.ts

/** Whose things the platform watches itself with: nobody else sees them. */
export const SELF_CUSTOMER = 'vigie-self';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

/** Whether alerts get through, as tried by the platform itself. */
export const SelfWatch = Type.Object(
  {
    canary: Type.Object(
      {
        state: Type.Union(
          [
            Type.Literal('off'),
            Type.Literal('starting'),
            Type.Literal('ok'),
            Type.Literal('failing'),
          ],
          { description: 'failing = nothing has come through for three intervals' },
        ),
        interval_s: nullable(Type.Number()),
        last_success_at: nullable(DateTime),
        last_failure: nullable(Type.Object({ at: DateTime, detail: Type.String() })),
        latency: nullable(
          Type.Object(
            { count: Type.Integer(), p50_ms: Type.Number(), p99_ms: Type.Number() },
            { description: 'From sending a reading to its delivered notification; the last 240' },
          ),
        ),
      },
      { title: 'Canary' },
    ),
    heartbeat: Type.Object(
      {
        is_configured: Type.Boolean(),
        last_at: nullable(DateTime),
        last_outcome: nullable(Type.String({ description: 'ok, or what went wrong' })),
      },
      { title: 'Heartbeat' },
    ),
  },
  { title: 'SelfWatch' },
);
export type SelfWatch = Static<typeof SelfWatch>;
