// From a reading that trips a rule to the webhook of one contact, or of many, at a steady rate of alerts.
//   npm run bench:notify [-- --over embedded,postgres,kafka --rate 50 --seconds 20 --contacts 1,20 --answer-ms 5 --load 0 --smoke]
// Every receiver answers after `--answer-ms`. Each alert is told to one contact, in turn; `--load` other readings a second
// come in beside. The first seconds warm up and are not counted.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type KafkaCluster, startKafka } from '../test/support/kafka-cluster.ts';
import { createCluster, type TestCluster } from '../test/support/postgres.ts';
import {
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../test/support/spawn-platform.ts';
import { AUTHORIZATION, HOT_RULE, quantiles } from './platform.ts';

const { values } = parseArgs({
  options: {
    over: { type: 'string', default: 'embedded,postgres' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    contacts: { type: 'string', default: '1,20' },
    'answer-ms': { type: 'string', default: '5' },
    load: { type: 'string', default: '0' },
    smoke: { type: 'boolean', default: false },
  },
});
const GOAL_P99_MS = 250;
const rate = Number(values.rate);
const seconds = values.smoke ? 2 : Number(values.seconds);
const warmUpSeconds = values.smoke ? 1 : 3;
const answerMs = Number(values['answer-ms']);
const LOAD_BATCH = 100;
const LOAD_SENSORS = 10_000;

type Over = 'embedded' | 'postgres' | 'kafka';

/** What a fleet runs on: one process, or with Kafka two, of which the first takes the readings and tells people. */
interface Fleet {
  door: SpawnedPlatform;
  end(): Promise<void>;
}

async function startFleet(over: Over, cluster: TestCluster | undefined): Promise<Fleet> {
  const broker: KafkaCluster | undefined = over === 'kafka' ? await startKafka() : undefined;
  const env: Record<string, string> = {
    VIGIE_RATE_LIMIT: '0',
    VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
    ...(cluster && { VIGIE_POSTGRES_URL: await cluster.createDatabase() }),
    ...(broker && { VIGIE_KAFKA_BROKERS: broker.brokers }),
  };
  const roles = broker ? ['gateway,api,notifier', 'processor'] : [undefined];
  const running: SpawnedPlatform[] = [];
  const folders = roles.map(() => temporaryFolder('bench'));
  for (const [at, role] of roles.entries()) {
    const withRole = role === undefined ? env : { ...env, VIGIE_ROLES: role };
    running.push(await spawnPlatform(folders[at]!.path, withRole));
  }
  return {
    door: running[0]!,
    async end() {
      await Promise.all(running.map((platform) => platform.stop()));
      await broker?.stop();
      for (const folder of folders) folder.remove();
    },
  };
}

/** What alerts are received by; sees each notification once, however often it is sent. */
class Receiver {
  readonly sentAt = new Map<string, number>();
  readonly latencies: number[] = [];
  received = 0;
  repeated = 0;
  countFrom = Number.POSITIVE_INFINITY;
  readonly #ids = new Set<string>();
  readonly #server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      this.#take(text);
      setTimeout(() => response.end(), answerMs);
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(text: string): void {
    const { id, type, data } = JSON.parse(text) as {
      id: string;
      type: string;
      data: { alert: { sensor_id: string } };
    };
    const at = this.sentAt.get(data.alert.sensor_id);
    if (type !== 'vigie.alert.raised' || at === undefined) return;
    if (this.#ids.has(id)) {
      this.repeated++;
      return;
    }
    this.#ids.add(id);
    this.received++;
    if (at >= this.countFrom) this.latencies.push(performance.now() - at);
  }
}

async function made(url: string, body: unknown): Promise<void> {
  const answer = await call(url, 'POST', body);
  if (answer.status !== 201) throw new Error(`${url}: ${JSON.stringify(answer.body)}`);
}

async function post(door: SpawnedPlatform, readings: unknown): Promise<void> {
  const answer = await fetch(`${door.url}/v1/readings`, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
    body: JSON.stringify(readings),
  });
  await answer.arrayBuffer();
  if (answer.status >= 300) throw new Error(`answered ${answer.status}`);
}

function loadBatch(number: number, startMs: number): unknown[] {
  return Array.from({ length: LOAD_BATCH }, (_, k) => {
    const n = number * LOAD_BATCH + k;
    return {
      sensor_id: `sensor-${n % LOAD_SENSORS}`,
      timestamp: new Date(startMs + Math.floor(n / LOAD_SENSORS) * 100).toISOString(),
      readings: { temperature: 20 + (n % 100) / 100, pressure: 1013, humidity: 45 + (n % 7) },
    };
  });
}

/** Sends alerts and load at their rates for the given time; answers how many alerts. */
async function send(door: SpawnedPlatform, contacts: number, receiver: Receiver): Promise<number> {
  const load = Number(values.load);
  const begun = performance.now();
  receiver.countFrom = begun + warmUpSeconds * 1000;
  const startMs = Date.now() - 60_000;
  const pending = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => pending.delete(tracked));
    pending.add(tracked);
  };
  let probes = 0;
  let batches = 0;
  const endMs = begun + (warmUpSeconds + seconds) * 1000;
  while (performance.now() < endMs) {
    const elapsed = performance.now() - begun;
    while (batches < (elapsed / 1000) * (load / LOAD_BATCH))
      track(post(door, loadBatch(batches++, startMs)));
    while (probes < (elapsed / 1000) * rate) {
      const sensorId = `probe-${probes % contacts}-${probes++}`;
      receiver.sentAt.set(sensorId, performance.now());
      track(post(door, { sensor_id: sensorId, readings: { temperature: 40 } }));
    }
    if (pending.size > 2000) throw new Error('the platform does not keep up with the rate');
    await sleep(2);
  }
  await Promise.all(pending);
  return probes;
}

async function measure(over: Over, contacts: number, cluster: TestCluster | undefined) {
  const fleet = await startFleet(over, cluster);
  const receiver = new Receiver();
  try {
    const { door } = fleet;
    const url = await receiver.listen();
    for (let at = 0; at < contacts; at++) {
      const id = `contact-${at}`;
      await made(`${door.url}/v1/contacts`, { id, channel: 'webhook', settings: { url } });
      const match = { sensors: [`probe-${at}-*`] };
      await made(`${door.url}/v1/policies`, { id, match, steps: [{ contacts: [id] }] });
    }
    await made(`${door.url}/v1/rules`, HOT_RULE);
    const alerts = await send(door, contacts, receiver);
    for (let wait = 0; wait < 400 && receiver.received < alerts; wait++) await sleep(50);
    return {
      bench: 'alert to webhook',
      over,
      contacts,
      alerts_per_second: rate,
      readings_per_second: Number(values.load),
      alerts,
      received: receiver.received,
      repeated: receiver.repeated,
      ...quantiles(receiver.latencies),
    };
  } finally {
    await fleet.end();
    receiver.close();
  }
}

const ways = values.over.split(',') as Over[];
const cluster = ways.some((over) => over !== 'embedded') ? await createCluster() : undefined;
try {
  for (const over of ways) {
    for (const contacts of values.contacts.split(',').map(Number)) {
      const figures = await measure(over, contacts, over === 'embedded' ? undefined : cluster);
      const { p50_ms: p50, p99_ms: p99, max_ms: max, received, alerts } = figures;
      console.error(
        `${over}, ${contacts} contact(s), ${rate} alerts/s: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms (${received}/${alerts}); goal: p99 under ${GOAL_P99_MS} ms`,
      );
      console.log(JSON.stringify(figures));
      if (received !== alerts) process.exitCode = 1;
    }
  }
} finally {
  await cluster?.remove();
}
