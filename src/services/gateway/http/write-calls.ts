import { VigieError } from '#domain/errors.ts';
import type { Answer, RequestHead } from '#platform/front-door/whole-call.ts';
import { isFromOurPage } from '#platform/same-origin.ts';
import { sessionCookieOf } from '#platform/session-cookie.ts';
import type { IngestOutcome } from '#stream/reading-stream.ts';
import { keyOf } from '../authenticate.ts';
import { parseJson } from '../formats/json.ts';
import { parseLineProtocol } from '../formats/line-protocol.ts';
import { parseNdjson } from '../formats/ndjson.ts';
import { parseSenml } from '../formats/senml.ts';
import { preferredWaitMs } from './prefer-wait.ts';
import {
  createWriteCall,
  type WriteCall,
  type WriteDependencies,
  type WriteRequest,
} from './write-call.ts';

// Tested by: test/e2e/ingest-http.test.ts

export interface WriteCallsDependencies extends WriteDependencies {
  /** Tag that names the sensor, before `sensor_id` and `host`. */
  lineSensorTag: string | undefined;
  /** Where browsers find the platform; empty where that is not known. */
  publicUrl: string;
}

const JSON_TYPES: Record<string, WriteRequest['parse']> = {
  'application/json': parseJson,
  'application/x-ndjson': parseNdjson,
  'application/ndjson': parseNdjson,
  'application/jsonl': parseNdjson,
  'application/senml+json': parseSenml,
};

/** The write calls by their paths: JSON in its shapes, and line protocol. */
export function createWriteCalls(deps: WriteCallsDependencies): Map<string, WriteCall> {
  const readings = createWriteCall(deps, {
    source: 'http',
    read: (head) => ({
      ...senderOf(head, deps.publicUrl),
      parse: parserOf(head),
      waitMs: preferredWaitMs(head.headers.prefer),
    }),
    answer: jsonAnswer,
  });
  const lines = createWriteCall(deps, {
    source: 'line',
    read(head) {
      const precision = queryOf(head).get('precision') ?? 'ns';
      return {
        ...senderOf(head, deps.publicUrl),
        parse: (body, context) =>
          parseLineProtocol(body, { ...context, precision, sensorTag: deps.lineSensorTag }),
      };
    },
    answer: () => ({ status: 204, body: '' }),
  });
  return new Map([
    ['/v1/readings', readings],
    ['/write', lines],
    ['/api/v2/write', lines],
  ]);
}

function senderOf(
  head: RequestHead,
  publicUrl: string,
): Pick<WriteRequest, 'key' | 'session' | 'encoding'> {
  const { headers } = head;
  const { authorization, 'content-encoding': encoding } = headers;
  const key = keyOf(authorization, queryOf(head));
  const hasKey = key !== undefined || authorization !== undefined;
  const cookie = hasKey ? undefined : sessionCookieOf(headers.cookie);
  if (cookie === undefined) return { key, session: undefined, encoding };
  const isOurs = isFromOurPage({ method: 'POST', headers }, publicUrl);
  return { key, session: { cookie, isFromOurPage: isOurs }, encoding };
}

function queryOf({ url = '' }: RequestHead): URLSearchParams {
  return new URLSearchParams(url.split('?', 2)[1] ?? '');
}

function parserOf(head: RequestHead): WriteRequest['parse'] {
  const type = head.headers['content-type'];
  if (type === undefined || type === 'application/json') return parseJson;
  const semicolon = type.indexOf(';');
  const name = (semicolon < 0 ? type : type.slice(0, semicolon)).trim().toLowerCase();
  // curl -d says so unless told otherwise, and means JSON.
  if (name === 'application/x-www-form-urlencoded' || name === 'text/plain') return parseJson;
  return (
    JSON_TYPES[name] ??
    new VigieError(
      'unsupported_media_type',
      `Send application/json, application/x-ndjson or application/senml+json, not ${name.slice(0, 100)}.`,
    )
  );
}

/** 200 with what became of the readings, or 202 where they are durable and that is not known yet. */
function jsonAnswer(outcome: IngestOutcome, { waitMs }: WriteRequest): Answer {
  const { accepted, late, replaced, duplicates, rejected, alerts, status } = outcome;
  const body =
    status === undefined && rejected.length === 0 && alerts.length === 0
      ? `{"accepted":${accepted},"late":${late},"replaced":${replaced},"duplicates":${duplicates},"rejected":[],"alerts":[]}`
      : JSON.stringify({ status, accepted, late, replaced, duplicates, rejected, alerts });
  if (status === 'queued') return { status: 202, body };
  if (waitMs === undefined) return { status: 200, body };
  return { status: 200, body, headers: { 'preference-applied': `wait=${waitMs / 1000}` } };
}
