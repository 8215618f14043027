import { type Static, Type } from 'typebox';
import { DateTime } from './page.ts';

// Tested by: operations/settings/get.test.ts, test/e2e/settings.test.ts

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

/** Room that the platform's data take. */
const StorageUse = Type.Object(
  {
    engine: Type.String({ description: 'What keeps them, by its own name' }),
    place: Type.String({ description: 'The folder, or host, port and name of the database' }),
    bytes: Type.Integer(),
    parts: Type.Array(
      Type.Object({
        name: Type.Enum(['readings', 'state', 'other']),
        bytes: Type.Integer(),
      }),
      { description: 'Empty where the engine does not tell them apart' },
    ),
    free_bytes: nullable(
      Type.Integer({ description: 'null where only the machine of the database knows' }),
    ),
    measured_at: DateTime,
  },
  { title: 'StorageUse' },
);

/** What an operator has to know of how the platform is set up; never a secret. Changed by the environment and a restart. */
export const PlatformSettings = Type.Object(
  {
    retention: Type.Object(
      {
        readings: nullable(
          Type.String({
            description:
              'How long readings and their rollups are kept, such as 400d; null = for ever. VIGIE_RETENTION',
          }),
        ),
        dead_letters: Type.Integer({ description: 'So many of the newest are kept' }),
      },
      { description: 'Alerts, deliveries and the audit are kept for ever' },
    ),
    limits: Type.Object({
      body_bytes: Type.Integer({ description: 'VIGIE_MAX_BODY' }),
      readings_per_request: Type.Integer({ description: 'VIGIE_MAX_READINGS' }),
      metrics_per_reading: Type.Integer({ description: 'VIGIE_MAX_METRICS_PER_READING' }),
      metrics_per_sensor: Type.Integer({ description: 'VIGIE_MAX_METRICS_PER_SENSOR' }),
      sensors: Type.Integer({ description: 'VIGIE_MAX_SENSORS' }),
      future: Type.String({ description: 'VIGIE_MAX_FUTURE' }),
    }),
    storage: nullable(StorageUse),
  },
  { title: 'PlatformSettings' },
);
export type PlatformSettings = Static<typeof PlatformSettings>;
