import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import type { Scope } from '#domain/caller.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { systemClock } from '#domain/time.ts';
import { createLogger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import { RateLimiter } from '#platform/rate-limiter.ts';
import { type Credential, Gatekeeper } from '#services/gateway/authenticate.ts';
import {
  createMqttGateway,
  type MqttGatewayDependencies,
} from '#services/gateway/mqtt/mqtt-gateway.ts';
import { Bus } from '#stream/bus.ts';
import { GatedStream } from './gated-stream.ts';

export interface TestKey {
  customer?: string;
  scopes?: Scope[];
  sensors?: string[];
  rateLimit?: number;
}

/** A gateway on a free port with these keys (text of the key → what it may), stopped with the test. */
export async function openGateway(
  options: Partial<MqttGatewayDependencies> & { keys?: Record<string, TestKey> } = {},
) {
  const keys = new Map(Object.entries(options.keys ?? { secret: {} }));
  const stream = new GatedStream();
  const bus = new Bus();
  const metrics = new Metrics();
  const gatekeeper = new Gatekeeper(
    (key) => Promise.resolve(credentialOf(key, keys.get(key))),
    new RateLimiter({ perSecond: 0 }),
  );
  const gateway = createMqttGateway({
    host: '127.0.0.1',
    port: 0,
    stream,
    gatekeeper,
    clock: systemClock,
    limits: DEFAULT_LIMITS,
    metrics,
    bus,
    log: createLogger({ level: 'silent' }),
    ...options,
  });
  const { port } = await gateway.start();
  onTestFinished(async () => {
    stream.release();
    await gateway.stop(500);
  });
  return { gateway, port, stream, bus, metrics, gatekeeper, keys };
}

function credentialOf(key: string, about: TestKey | undefined): Credential | undefined {
  if (about === undefined) return undefined;
  const { customer = 'main', scopes = ['ingest'], sensors, rateLimit } = about;
  const caller = { customer, who: `key:id-${key}`, scopes, requestId: 'r' };
  return { caller: sensors === undefined ? caller : { ...caller, sensors }, rateLimit };
}

/** A client of the gateway, ended with the test. Rejects where it is not let in. */
export async function connectClient(
  port: number,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = await connectAsync(
    `mqtt://127.0.0.1:${port}`,
    { username: 'key', password: 'secret', reconnectPeriod: 0, connectTimeout: 3000, ...options },
    false,
  );
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  return client;
}

/** Waits until a condition holds, for half a test's time at most. */
export async function until(condition: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`never: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
