import { type Static, Type } from 'typebox';
import { DateTime } from './page.ts';
import { Duration } from './rule.ts';

// Tested by: services/simulation/simulation.test.ts

const strict = { additionalProperties: false } as const;
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

/** What every simulated sensor carries, so that it can be told from a real one and found again. */
export const SIMULATED = { name: 'simulated', value: 'true' } as const;

export const SimulationInput = Type.Object(
  {
    sensors: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 50, description: '12 unless given' }),
    ),
    for: Type.Optional(Duration),
  },
  { ...strict, title: 'SimulationInput', description: '`for`: 1s to 1h, 10m unless given' },
);

/** The simulated fleet of one customer, as this process knows it. */
export const Simulation = Type.Object(
  {
    is_available: Type.Boolean({
      description: 'false = this process has no gateway, so it can start none',
    }),
    is_running: Type.Boolean(),
    sensors: Type.Array(Type.String(), {
      description: 'Ids of those that send; all carry the label simulated=true',
    }),
    readings_sent: Type.Integer({ description: 'Acknowledged since the start' }),
    started_at: nullable(DateTime),
    ends_at: nullable(DateTime),
  },
  { title: 'Simulation' },
);
export type Simulation = Static<typeof Simulation>;
