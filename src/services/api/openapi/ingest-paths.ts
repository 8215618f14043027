import { type TSchema, Type } from 'typebox';
import { AlertOutcome } from '#domain/alert.ts';
import { ERRORS, type ErrorCode } from '#domain/errors.ts';
import { DateTime } from '#domain/page.ts';

// Tested by: document.test.ts

// The doors for readings are not Fastify's (they lie lower, for speed), so their documentation is written here.

/** A reading as it is sent; each sensor and metric is checked by the gateway. */
export const ReadingInput = Type.Object(
  {
    sensor_id: Type.String({
      description: '1–200 letters and digits of any script, -, _, . and :',
    }),
    timestamp: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'RFC 3339 with offset; the time of receipt unless given',
      }),
    ),
    readings: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
      description: 'Value by metric, at least one; null = not measured',
      minProperties: 1,
    }),
    metadata: Type.Optional(
      Type.Object({
        name: Type.Optional(
          Type.String({
            description:
              'What people call the sensor, 1–200 characters; a name that was given through the API stays',
          }),
        ),
        location: Type.Optional(Type.String()),
        labels: Type.Optional(Type.Record(Type.String(), Type.String())),
        calibration_date: Type.Optional(DateTime),
      }),
    ),
  },
  {
    title: 'Reading',
    examples: [
      {
        sensor_id: 'freezer-3',
        timestamp: '2026-11-22T05:00:00Z',
        readings: { temperature: -18.4, pressure: 1013.2, humidity: 41 },
        metadata: { location: 'lyon/kitchen', calibration_date: '2026-03-01T00:00:00Z' },
      },
    ],
  },
);

const ErrorCodeSchema = Type.Enum(Object.keys(ERRORS) as ErrorCode[], {
  title: 'ErrorCode',
});

const RejectionSchema = Type.Object(
  {
    index: Type.Integer({ description: 'Position in the request, from 0' }),
    code: ErrorCodeSchema,
    pointer: Type.String({ description: 'JSON pointer within the reading' }),
    detail: Type.String(),
  },
  { title: 'Rejection' },
);

const IngestAnswer = Type.Object(
  {
    accepted: Type.Integer(),
    late: Type.Integer({ description: 'Within accepted' }),
    replaced: Type.Integer({ description: 'Within accepted' }),
    duplicates: Type.Integer(),
    rejected: Type.Array(RejectionSchema),
    alerts: Type.Array(AlertOutcome),
  },
  { title: 'IngestAnswer' },
);

const QueuedAnswer = Type.Object(
  { status: Type.Literal('queued'), ...IngestAnswer.properties },
  { title: 'QueuedAnswer' },
);

/** RFC 9457, with a stable `code`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri-reference' }),
    title: Type.String({ description: 'In the language of Accept-Language: English or French' }),
    status: Type.Integer(),
    code: ErrorCodeSchema,
    detail: Type.String(),
    instance: Type.String({ description: 'The id of the request, as in the log' }),
    pointer: Type.Optional(Type.String({ description: 'JSON pointer to what is wrong' })),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }), {
        description: 'Every problem of the input',
      }),
    ),
    rejected: Type.Optional(Type.Array(RejectionSchema)),
  },
  { title: 'Problem' },
);

const content = (schema: TSchema) => ({ schema });
const problem = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': content(ProblemSchema) },
};
const line = {
  tags: ['Readings'],
  security: [{ key: [] }, { session: [] }, { token: [] }, { basic: [] }, { queryPassword: [] }],
  description:
    "As InfluxDB's clients send it, gzip or plain. The tag `sensor_id` (or `host`, or the setting VIGIE_LINE_SENSOR_TAG) names the sensor; fields are metrics: plain where the measurement is `reading`, else `measurement.field`.",
  parameters: [
    {
      name: 'precision',
      in: 'query',
      description: 'Of the timestamps; nanoseconds unless given',
      schema: { type: 'string', enum: ['ns', 'n', 'us', 'u', 'ms', 's', 'm', 'h'] },
    },
  ],
  requestBody: {
    required: true,
    content: {
      'text/plain': {
        schema: { type: 'string' },
        example: 'reading,sensor_id=freezer-3 temperature=-18.4 1795410000000000000',
      },
    },
  },
  responses: {
    204: { description: 'Durable; lines that were refused are kept as dead letters' },
    default: problem,
  },
};

/** OpenAPI path items of the three calls that take readings. */
export const INGEST_PATHS = {
  '/v1/readings': {
    post: {
      tags: ['Readings'],
      operationId: 'sendReadings',
      summary: 'Send readings',
      description:
        'One reading, an array, NDJSON or SenML (RFC 8428); gzip or plain; up to 50,000 readings and 16 MiB. A 200 means durable: none of these readings need be sent again. Valid readings are stored even when others are refused; when all are, the answer is a problem.',
      security: [{ key: [] }],
      parameters: [
        {
          name: 'Prefer',
          in: 'header',
          description:
            'RFC 7240, such as `wait=5`: with Kafka, how many seconds to wait for what becomes of the readings (up to 60)',
          schema: { type: 'string' },
        },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { anyOf: [ReadingInput, { type: 'array', items: ReadingInput }] },
          },
          'application/x-ndjson': {
            schema: { type: 'string', description: 'One reading a line' },
          },
          'application/senml+json': {
            schema: { type: 'array', items: { type: 'object' }, description: 'RFC 8428' },
          },
        },
      },
      responses: {
        200: {
          description: 'Durable',
          content: { 'application/json': content(IngestAnswer) },
        },
        202: {
          description:
            'Durable and not judged yet (with Kafka): `accepted` counts what was taken. With `Prefer: wait` this means that the time was over',
          content: { 'application/json': content(QueuedAnswer) },
        },
        default: problem,
      },
    },
  },
  '/write': {
    post: { ...line, operationId: 'writeLines', summary: 'Send line protocol (InfluxDB 1)' },
  },
  '/api/v2/write': {
    post: { ...line, operationId: 'writeLinesV2', summary: 'Send line protocol (InfluxDB 2)' },
  },
} as const;
