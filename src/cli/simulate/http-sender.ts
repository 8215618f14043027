import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { formatTime } from '#domain/time.ts';
import { nodeHttp } from '#platform/node-http.ts';
import { type ApiTarget, reasonOf } from '../api-client.ts';
import type { AlertCount, Batch, Sender, SendResult } from './sender.ts';
import { readingValues, type SignalOptions, sensorId } from './signal.ts';

// Tested by: cli/simulate/simulate.test.ts
const ANSWER_TIMEOUT_MS = 60_000;

export interface SimulationOptions extends SignalOptions {
  /** Event time of reading 0, ms. */
  startMs: number;
  /** Readings a second, which set the readings' times apart. */
  rate: number;
}

/** JSON arrays over kept-alive connections. */
export class HttpSender implements Sender {
  readonly #url: URL;
  readonly #key: string | undefined;
  readonly #options: SimulationOptions;
  readonly #agent: HttpAgent;
  readonly #request: typeof nodeHttp.request;

  constructor(target: ApiTarget, options: SimulationOptions & { inFlight: number }) {
    this.#url = new URL(`${target.url}/v1/readings`);
    this.#key = target.key;
    this.#options = options;
    const isTls = this.#url.protocol === 'https:';
    const Agent = isTls ? HttpsAgent : nodeHttp.Agent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.inFlight });
    this.#request = isTls ? httpsRequest : nodeHttp.request;
  }

  send(batch: Batch): Promise<SendResult> {
    const body = Buffer.from(batchJson(batch, this.#options));
    return new Promise((resolve) => {
      const request = this.#request(
        this.#url,
        {
          method: 'POST',
          agent: this.#agent,
          timeout: ANSWER_TIMEOUT_MS,
          headers: {
            'content-type': 'application/json',
            'content-length': body.length,
            ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
          },
        },
        (response) => {
          readAnswer(response, batch).then(resolve, (error: unknown) =>
            resolve({ kind: 'lost', reason: reasonOf(error) }),
          );
        },
      );
      request.on('timeout', () => request.destroy(new Error('timed out')));
      request.on('error', (error) => resolve({ kind: 'lost', reason: reasonOf(error) }));
      request.end(body);
    });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }
}

/** Event time of a reading: when it was due. Microseconds keep those of a fast sensor apart. */
function readingTime(number: number, options: SimulationOptions): number {
  return options.startMs + Math.round((number / options.rate) * 1_000_000) / 1000;
}

function batchJson(batch: Batch, options: SimulationOptions): string {
  let json = '';
  for (let number = batch.from; number < batch.to; number++) {
    json += `${json === '' ? '[' : ','}${readingJson(number, options)}`;
  }
  return `${json}]`;
}

export function readingJson(number: number, options: SimulationOptions): string {
  const timeMs = readingTime(number, options);
  const { temperature, humidity, pressure } = readingValues(number, timeMs, options);
  return `{"sensor_id":"${sensorId(number % options.sensors)}","timestamp":"${formatTime(timeMs)}","readings":{"temperature":${temperature},"humidity":${humidity},"pressure":${pressure}}}`;
}

interface IngestAnswer {
  accepted?: number;
  late?: number;
  duplicates?: number;
  rejected?: { code?: string }[];
  alerts?: { state?: string }[];
  code?: string;
  detail?: string;
}

async function readAnswer(response: IncomingMessage, batch: Batch): Promise<SendResult> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const status = response.statusCode ?? 0;
  if (status === 503 || status === 429) {
    const seconds = Number(response.headers['retry-after'] ?? 1);
    return { kind: 'busy', retryAfterMs: (Number.isFinite(seconds) ? seconds : 1) * 1000 };
  }
  const answer = parseAnswer(Buffer.concat(chunks).toString());
  const size = batch.to - batch.from;
  if (status < 200 || status > 299) {
    if (status >= 500) return { kind: 'lost', reason: `answer ${status}` };
    return { kind: 'refused', reason: answer.rejected?.[0]?.code ?? answer.code ?? `${status}` };
  }
  return {
    kind: 'acknowledged',
    accepted: answer.accepted ?? size,
    late: answer.late ?? 0,
    duplicates: answer.duplicates ?? 0,
    rejected: answer.rejected?.length ?? 0,
    alerts: countAlerts(answer.alerts ?? []),
  };
}

function parseAnswer(text: string): IngestAnswer {
  try {
    return (JSON.parse(text) ?? {}) as IngestAnswer;
  } catch {
    return {};
  }
}

function countAlerts(alerts: readonly { state?: string }[]): AlertCount {
  const cleared = alerts.filter((alert) => alert.state === 'cleared').length;
  return { raised: alerts.length - cleared, cleared };
}
