import { type Static, Type } from 'typebox';
import { Cursor, DateTime } from './page.ts';
import { Duration } from './rule.ts';
import { MetricName, SensorId } from './sensor.ts';

// Tested by: operations/reading/reading.test.ts

const strict = { additionalProperties: false } as const;
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

const HISTORY_MAX_LIMIT = 100_000;
export const HISTORY_DEFAULT_LIMIT = 1000;
const HISTORY_ORDERS = ['asc', 'desc'] as const;

/** Raw samples; with `interval` or `points` buckets. `from` is inclusive, `to` exclusive; the last 24 h unless given. */
export const HistoryQuery = Type.Object(
  {
    metric: Type.Optional(MetricName),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
    interval: Type.Optional(Duration),
    points: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: HISTORY_MAX_LIMIT,
        description: 'At most so many buckets',
      }),
    ),
    order: Type.Optional(
      Type.Enum(HISTORY_ORDERS, {
        description: '`desc`: the newest first. `asc` unless given; a cursor needs the same one',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: HISTORY_MAX_LIMIT })),
    cursor: Type.Optional(Cursor),
  },
  { ...strict, title: 'HistoryQuery' },
);
export type HistoryQuery = Static<typeof HistoryQuery>;

const seriesFields = {
  sensor_id: SensorId,
  metric: MetricName,
  unit: nullable(Type.String()),
};

export const SamplesAnswer = Type.Object(
  {
    ...seriesFields,
    samples: Type.Array(Type.Tuple([DateTime, Type.Number()])),
    next_cursor: nullable(Type.String()),
  },
  { title: 'SamplesAnswer' },
);
export type SamplesAnswer = Static<typeof SamplesAnswer>;

const Bucket = Type.Object({
  timestamp: DateTime,
  min: Type.Number(),
  mean: Type.Number(),
  max: Type.Number(),
  count: Type.Integer(),
});

export const BucketsAnswer = Type.Object(
  {
    ...seriesFields,
    interval: Duration,
    buckets: Type.Array(Bucket),
    next_cursor: nullable(Type.String()),
  },
  { title: 'BucketsAnswer' },
);
export type BucketsAnswer = Static<typeof BucketsAnswer>;

export const HistoryAnswer = Type.Union([SamplesAnswer, BucketsAnswer], { title: 'HistoryAnswer' });
export type HistoryAnswer = Static<typeof HistoryAnswer>;

/** The newest value of each metric of a sensor. */
export const LatestAnswer = Type.Object(
  {
    sensor_id: SensorId,
    metrics: Type.Record(
      Type.String(),
      Type.Object({
        unit: nullable(Type.String()),
        last: nullable(Type.Object({ timestamp: DateTime, value: Type.Number() })),
      }),
    ),
  },
  { title: 'LatestAnswer' },
);
export type LatestAnswer = Static<typeof LatestAnswer>;

const EXPORT_FORMATS = ['csv', 'json', 'parquet'] as const;
export const ExportQuery = Type.Object(
  {
    format: Type.Optional(Type.Enum(EXPORT_FORMATS)),
    sensors: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        maxItems: 1000,
        description: 'Ids or patterns with * and ?; every sensor unless given',
      }),
    ),
    metric: Type.Optional(MetricName),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
  },
  { ...strict, title: 'ExportQuery' },
);
export type ExportQuery = Static<typeof ExportQuery>;
