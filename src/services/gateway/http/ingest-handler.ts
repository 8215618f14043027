import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import type { Limits, ParsedReadings } from '#domain/reading.ts';
import type { Clock } from '#domain/time.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { IngestOutcome, IngestSource, ReadingStream } from '#stream/reading-stream.ts';
import { type Gatekeeper, keyOf } from '../authenticate.ts';
import { countOutcome } from '../count-outcome.ts';
import { inflateBody } from '../formats/decompress.ts';
import { parseJson } from '../formats/json.ts';
import { parseLineProtocol } from '../formats/line-protocol.ts';
import { parseNdjson } from '../formats/ndjson.ts';
import type { ParseContext } from '../formats/parse-context.ts';
import { parseSenml } from '../formats/senml.ts';
import { ReceiptClock } from '../receipt-clock.ts';
import { preferredWaitMs } from './prefer-wait.ts';
import { BodyBudget, BodyShare, readBody } from './read-body.ts';

// Tested by: test/e2e/ingest-http.test.ts

export interface IngestDependencies {
  stream: ReadingStream;
  gatekeeper: Gatekeeper;
  clock: Clock;
  limits: Limits;
  metrics: Metrics;
  /** Bytes of bodies under way at once. */
  bodyBudgetBytes: number;
  /** Tag that names the sensor, before `sensor_id` and `host`. */
  lineSensorTag: string | undefined;
}

type Parse = (body: Uint8Array, context: ParseContext) => ParsedReadings;

const JSON_TYPES: Record<string, Parse> = {
  'application/json': parseJson,
  'application/x-ndjson': parseNdjson,
  'application/ndjson': parseNdjson,
  'application/jsonl': parseNdjson,
  'application/senml+json': parseSenml,
};

export interface IngestHandlers {
  /** `POST /v1/readings`. */
  readings(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** `POST /write` and `/api/v2/write`. */
  lines(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * The two write calls on bare node:http. What is thrown is answered as a problem by the server.
 * An answer of 2xx says: durable.
 */
export function createIngestHandlers(deps: IngestDependencies): IngestHandlers {
  const budget = new BodyBudget(deps.bodyBudgetBytes);
  const receipts = new ReceiptClock(deps.clock);

  async function readings(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers;
    const admitted = deps.gatekeeper.admit(keyOf(authorization, queryOf(request, authorization)));
    const caller = admitted instanceof Promise ? await admitted : admitted;
    const parse = parserOf(request);
    const waitMs = preferredWaitMs(request.headers.prefer);
    const outcome = await ingest(request, { caller, source: 'http', parse, waitMs });
    const { accepted, duplicates, rejected } = outcome;
    if (accepted + duplicates === 0 && rejected.length > 0) throw allRefused(outcome);
    answerJson(response, outcome, waitMs);
  }

  async function lines(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? '');
    const caller = await deps.gatekeeper.admit(keyOf(request.headers.authorization, query));
    const precision = query.get('precision') ?? 'ns';
    const outcome = await ingest(request, {
      caller,
      source: 'line',
      parse: (body, context) =>
        parseLineProtocol(body, { ...context, precision, sensorTag: deps.lineSensorTag }),
    });
    if (outcome.accepted + outcome.duplicates === 0 && outcome.rejected.length > 0) {
      throw allRefused(outcome);
    }
    response.writeHead(204);
    response.end();
  }

  async function ingest(
    request: IncomingMessage,
    work: { caller: Caller; source: IngestSource; parse: Parse; waitMs?: number | undefined },
  ): Promise<IngestOutcome> {
    const { caller, source, parse, waitMs } = work;
    const { bodyBytes } = deps.limits;
    const declared = Number(request.headers['content-length'] ?? 0);
    const share = new BodyShare(budget, Math.min(bodyBytes, declared));
    try {
      const raw = await readBody(request, bodyBytes, share);
      const begun = performance.now();
      const encoding = request.headers['content-encoding'];
      const body = encoding === undefined ? raw : await inflateBody(raw, encoding, bodyBytes);
      share.reach(body.length);
      const receivedMs = receipts.next();
      const parsed = parse(body, { limits: deps.limits, receivedMs });
      const outcome = await deps.stream.publish({
        customer: caller.customer,
        source,
        receivedMs,
        bytes: body.length,
        parsed,
        allowedSensors: caller.sensors,
        waitMs,
      });
      deps.metrics.readingToAck.observe((performance.now() - begun) / 1000);
      countOutcome(deps.metrics, source, outcome);
      return outcome;
    } finally {
      share.giveBack();
    }
  }

  return { readings, lines };
}

function queryOf(
  request: IncomingMessage,
  authorization: string | undefined,
): URLSearchParams | undefined {
  // Only without the header is it worth looking.
  if (authorization !== undefined) return undefined;
  return new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? '');
}

function parserOf(request: IncomingMessage): Parse {
  const type = request.headers['content-type'];
  if (type === undefined || type === 'application/json') return parseJson;
  const semicolon = type.indexOf(';');
  const name = (semicolon < 0 ? type : type.slice(0, semicolon)).trim().toLowerCase();
  // curl -d says so unless told otherwise, and means JSON.
  if (name === 'application/x-www-form-urlencoded' || name === 'text/plain') return parseJson;
  const parse = JSON_TYPES[name];
  if (parse) return parse;
  throw new VigieError(
    'unsupported_media_type',
    `Send application/json, application/x-ndjson or application/senml+json, not ${name.slice(0, 100)}.`,
  );
}

function allRefused({ rejected }: IngestOutcome): VigieError {
  const [first] = rejected;
  return new VigieError(
    'all_readings_refused',
    rejected.length === 1
      ? (first?.detail ?? '')
      : `${rejected.length} readings were refused; the first: ${first?.detail}`,
    { extra: { rejected } },
  );
}

/** 200 with what became of the readings, or 202 where they are durable and that is not known yet. */
function answerJson(
  response: ServerResponse,
  outcome: IngestOutcome,
  waitMs: number | undefined,
): void {
  const { accepted, late, replaced, duplicates, rejected, alerts, status } = outcome;
  const body =
    status === undefined && rejected.length === 0 && alerts.length === 0
      ? `{"accepted":${accepted},"late":${late},"replaced":${replaced},"duplicates":${duplicates},"rejected":[],"alerts":[]}`
      : JSON.stringify({ status, accepted, late, replaced, duplicates, rejected, alerts });
  // A list of headers is written as it is, an object is looked through first.
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
  ];
  if (waitMs !== undefined && status === undefined) {
    headers.push('preference-applied', `wait=${waitMs / 1000}`);
  }
  response.writeHead(status === 'queued' ? 202 : 200, headers);
  response.end(body);
}
