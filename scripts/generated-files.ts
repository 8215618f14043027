// What is made from the code and committed: the OpenAPI document, JSON Schemas, lists of errors and settings.
import { settingsReference } from '#config/settings-reference.ts';
import { VERSION } from '#config/version.ts';
import { Alert } from '#domain/alert.ts';
import { ERRORS } from '#domain/errors.ts';
import { Contact, ContactInput, Delivery, Policy, PolicyInput } from '#domain/notification.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { Rule, RuleInput } from '#domain/rule.ts';
import { Sensor, SensorInput } from '#domain/sensor.ts';
import { AlertEvent, DeadLetterEvent } from '#domain/stream-events.ts';
import { StreamReading, StreamRefusal } from '#domain/stream-records.ts';
import { Template, TemplateInput } from '#domain/template.ts';
import { systemClock } from '#domain/time.ts';
import { Authenticator } from '#operations/access/authenticator.ts';
import { OneTimeCodes } from '#operations/access/one-time-codes.ts';
import type { OperationServices } from '#operations/context.ts';
import { createHttpServer } from '#platform/http-server.ts';
import { createLogger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import { RateLimiter } from '#platform/rate-limiter.ts';
import { createApi } from '#services/api/api.ts';
import { ProblemSchema, ReadingInput } from '#services/api/openapi/ingest-paths.ts';
import { standaloneSchema } from '#services/api/openapi/standalone-schema.ts';
import { Bus } from '#stream/bus.ts';
import { asyncApiDocument } from './asyncapi-document.ts';

const SCHEMAS: Readonly<Record<string, object>> = {
  reading: ReadingInput,
  rule: Rule,
  'rule-input': RuleInput,
  alert: Alert,
  sensor: Sensor,
  'sensor-input': SensorInput,
  contact: Contact,
  'contact-input': ContactInput,
  policy: Policy,
  'policy-input': PolicyInput,
  template: Template,
  'template-input': TemplateInput,
  delivery: Delivery,
  'stream-reading': StreamReading,
  'stream-refusal': StreamRefusal,
  'alert-event': AlertEvent,
  'dead-letter-event': DeadLetterEvent,
  problem: ProblemSchema,
};

/** The routes as they are served, with nothing behind them: only their description is asked for. */
async function describeApi(): Promise<object> {
  const logger = createLogger({ level: 'silent' });
  const http = createHttpServer({ host: '127.0.0.1', port: 0, logger });
  const [bus, clock] = [new Bus(), systemClock];
  const known = { bus, clock, settings: { publicUrl: '', limits: DEFAULT_LIMITS } };
  const services = known as unknown as OperationServices;
  const { state } = services;
  const api = await createApi({
    http,
    services,
    authenticator: new Authenticator({ state, clock, bus }),
    codes: new OneTimeCodes(clock),
    rateLimiter: new RateLimiter({ perSecond: 0 }),
    metrics: new Metrics(),
    logger,
    readiness: {},
    version: VERSION,
    mqttPort: () => 0,
  });
  await http.fastify.ready();
  const document = api.document();
  await http.fastify.close();
  return document;
}

function errorsReference(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, [status, en, fr]]) => `| \`${code}\` | ${status} | ${en} | ${fr} |`,
  );
  return [
    '# Errors',
    '',
    'Generated from `src/domain/errors.ts` by `npm run generate`; do not edit.',
    '',
    'Every error is an `application/problem+json` document (RFC 9457): `type`, `title` (English or French, by',
    '`Accept-Language`), `status`, `code`, `detail`, `instance` (the id of the request, as in the log), and where it',
    'helps `pointer`, `errors` or `rejected`. A code keeps its meaning; a retired one is never used again. After a 503 or',
    'a 429 the same request may be sent again, `Retry-After` seconds later: nothing of it has been taken.',
    '',
    '| code | status | meaning | signification |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** Every generated file: its path from the root of the project, and its text. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  files.set('docs/api/openapi.json', json(await describeApi()));
  files.set('docs/api/asyncapi.json', json(asyncApiDocument()));
  files.set('docs/api/errors.md', errorsReference());
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    files.set(`docs/schemas/${name}.json`, json(standaloneSchema(schema)));
  }
  files.set('docs/settings.md', settingsReference());
  return files;
}
