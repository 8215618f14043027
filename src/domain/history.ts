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

const LATE_MAX_POINTS = 1000;
export const LATE_DEFAULT_POINTS = 300;

/** Where samples came late; `from` is inclusive, `to` exclusive; the last 24 h unless given. */
export const LateQuery = Type.Object(
  {
    metric: Type.Optional(MetricName),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
    points: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LATE_MAX_POINTS,
        description: `At most so many stretches, by joining those that lie closer; ${LATE_DEFAULT_POINTS} unless given`,
      }),
    ),
  },
  { ...strict, title: 'LateQuery' },
);
export type LateQuery = Static<typeof LateQuery>;

const LateStretch = Type.Object({
  from: Type.String({ format: 'date-time', description: 'Time of its first late sample' }),
  to: Type.String({ format: 'date-time', description: 'Time of its last late sample' }),
  samples: Type.Integer({ description: 'How many of them came late' }),
  longest_delay: Type.String({
    description: 'The longest that one of them took from its time to its receipt, such as 2h5m',
  }),
});

/** Stretches of time in which samples came late, in ascending time; none where all came in time. */
export const LateAnswer = Type.Object(
  {
    ...seriesFields,
    late_after: Type.String({
      description: 'A sample that takes longer from its time to its receipt is late',
    }),
    from: Type.String({
      format: 'date-time',
      description:
        'From when on it was looked: what lies before the registration of the sensor was loaded afterwards, and is not late',
    }),
    to: DateTime,
    truncated: Type.Boolean({
      description: 'The database could look no further back than `from`',
    }),
    stretches: Type.Array(LateStretch),
  },
  { title: 'LateAnswer' },
);
export type LateAnswer = Static<typeof LateAnswer>;

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
