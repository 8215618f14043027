import { type Static, Type } from 'typebox';
import { DateTime, pageFields, pageOf } from './page.ts';

// Tested by: operations/sensor/sensor.test.ts

const strict = { additionalProperties: false } as const;
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

export const SensorId = Type.String({
  pattern: '^[\\p{L}\\p{M}\\p{N}\\-_.:]{1,200}$',
  description: '1–200 letters and digits of any script, -, _, . and :',
});
export const MetricName = Type.String({
  pattern: '^[\\p{L}\\p{M}\\p{N}\\-_.]{1,64}$',
  description: '1–64 letters and digits of any script, -, _ and .',
});
const Labels = Type.Record(
  Type.String({ minLength: 1, maxLength: 100 }),
  Type.String({ maxLength: 200 }),
  { maxProperties: 64 },
);

const MetricUnits = Type.Record(
  Type.String(),
  Type.Object({ unit: nullable(Type.String({ maxLength: 32 })) }, strict),
  { description: 'UCUM units of metrics that the sensor has sent' },
);

const sensorFields = {
  name: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  location: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  labels: Type.Optional(Labels),
  parent_id: Type.Optional(nullable(SensorId)),
  calibration_date: Type.Optional(nullable(DateTime)),
  metrics: Type.Optional(MetricUnits),
};

/** What POST and PUT take. Fields that only the platform writes are ignored, so that an answer can be sent back. */
export const SensorInput = Type.Object(
  { id: Type.Optional(SensorId), ...sensorFields },
  { ...strict, title: 'SensorInput' },
);
export type SensorInput = Static<typeof SensorInput>;

/** PATCH: what is absent stays, null empties; a label that is null is removed. */
export const SensorPatch = Type.Object(
  {
    ...sensorFields,
    labels: Type.Optional(
      Type.Record(
        Type.String({ minLength: 1, maxLength: 100 }),
        nullable(Type.String({ maxLength: 200 })),
        { maxProperties: 64 },
      ),
    ),
  },
  { ...strict, title: 'SensorPatch' },
);
export type SensorPatch = Static<typeof SensorPatch>;

const SENSOR_STATUSES = ['ok', 'silent', 'never'] as const;
export const SensorStatus = Type.Enum(SENSOR_STATUSES);
/** `never`: no reading has come yet; `silent`: none for longer than its cadence lets expect. */
export type SensorStatus = Static<typeof SensorStatus>;

export const Sensor = Type.Object(
  {
    id: SensorId,
    name: nullable(Type.String()),
    location: nullable(Type.String()),
    labels: Labels,
    parent_id: nullable(Type.String()),
    calibration_date: nullable(DateTime),
    metrics: Type.Record(
      Type.String(),
      Type.Object({
        unit: nullable(Type.String()),
        last: nullable(Type.Object({ timestamp: DateTime, value: Type.Number() })),
      }),
    ),
    status: SensorStatus,
    cadence: nullable(Type.String({ description: 'Learned interval between readings' })),
    skew_ms: nullable(Type.Number({ description: 'Smoothed receipt minus time of the reading' })),
    last_seen_at: nullable(DateTime),
    out_of_service: nullable(
      Type.Object(
        {
          reason: Type.String(),
          by: Type.String(),
          since: DateTime,
          until: nullable(DateTime),
          rules: nullable(Type.Array(Type.String(), { description: 'null: of every rule' })),
        },
        { description: 'Nobody is told of its alerts' },
      ),
    ),
    registered_at: DateTime,
    updated_at: DateTime,
  },
  { title: 'Sensor' },
);
export type Sensor = Static<typeof Sensor>;

/** As many as a page has items. */
const MOST_IDS = 1000;

export const ListSensorsQuery = Type.Object(
  {
    ...pageFields,
    ids: Type.Optional(
      Type.Array(SensorId, {
        minItems: 1,
        maxItems: MOST_IDS,
        description: 'These sensors alone; those that are not there are left out',
      }),
    ),
    q: Type.Optional(
      Type.String({ maxLength: 200, description: 'Text within id, name or location' }),
    ),
    status: Type.Optional(SensorStatus),
    out_of_service: Type.Optional(
      Type.Boolean({
        description: 'Out of service now, of every rule or of some; false: in service',
      }),
    ),
    labels: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'Labels that a sensor must carry; in a URL `label.site=lyon`',
      }),
    ),
  },
  { ...strict, title: 'ListSensorsQuery' },
);
export type ListSensorsQuery = Static<typeof ListSensorsQuery>;

export const SensorPage = pageOf(Sensor, 'SensorPage');
