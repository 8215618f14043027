import { onTestFinished } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { systemClock } from '#domain/time.ts';
import { Authenticator } from '#operations/access/authenticator.ts';
import { ensureAdminKey } from '#operations/access/ensure-admin-key.ts';
import { OneTimeCodes } from '#operations/access/one-time-codes.ts';
import type { OperationServices } from '#operations/context.ts';
import type { SensorRegistry } from '#operations/sensor/registry-port.ts';
import { createHttpServer } from '#platform/http-server.ts';
import { createLogger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import { RateLimiter } from '#platform/rate-limiter.ts';
import { createApi } from '#services/api/api.ts';
import type { ApiOptions } from '#services/api/api-options.ts';
import { createChannelRegistry, createChannels } from '#services/notifier/channels/registry.ts';
import { insertAudit } from '#storage/state/audit.ts';
import { findSensor } from '#storage/state/sensors.ts';
import { vapidKeys } from '#storage/state/vapid-keys.ts';
import { Bus } from '#stream/bus.ts';
import { type ClosableStore, createInProcessState } from './in-process-state.ts';
import { MemoryHistory } from './memory-history.ts';
import { EMPTY_STORAGE } from './operations.ts';
import { sensorRow } from './state-rows.ts';

export const ADMIN_KEY = 'an-admin-key-of-some-length';

/** The registry without a processor: straight into the tables. */
function createTableRegistry(state: ClosableStore): SensorRegistry {
  let pk = 0;
  return {
    async register({ customer, sensor, audit }) {
      const nowMs = Date.now();
      if (await findSensor(state.db, { customer, sensorId: sensor.sensorId })) {
        throw new VigieError('conflict', `There is a sensor ${sensor.sensorId} already.`);
      }
      pk += 1;
      const row = sensorRow({
        pk,
        customer,
        sensor_id: sensor.sensorId,
        name: sensor.name,
        location: sensor.location,
        labels: JSON.stringify(sensor.labels),
        parent_id: sensor.parentId,
        calibration_date: sensor.calibrationDateMs,
        registered_at: nowMs,
        updated_at: nowMs,
      });
      await state.transaction(async (tx) => {
        await tx.insertInto('sensors').values(row).execute();
        await insertAudit(tx, audit);
      });
    },
    async remove({ customer, sensorId, audit }) {
      const sensor = await findSensor(state.db, { customer, sensorId });
      if (sensor === undefined) return false;
      await state.transaction(async (tx) => {
        await tx.deleteFrom('sensors').where('pk', '=', sensor.pk).execute();
        await insertAudit(tx, audit);
      });
      return true;
    },
  };
}

/**
 * The API over real HTTP on a free port, real operations and the real schema; history in memory, no
 * processor. Every answer is checked against its documented schema. Cleans up after the test.
 */
export async function createApiUnderTest(changes: Partial<ApiOptions> = {}) {
  const logger = createLogger({ level: 'silent' });
  const clock = systemClock;
  const bus = new Bus();
  const state = await createInProcessState();
  const history = new MemoryHistory();
  const metrics = new Metrics();
  const publicUrl = 'http://vigie.test';
  const channels = createChannels({
    clock,
    publicUrl,
    allowPrivate: true,
    smtpUrl: 'smtp://127.0.0.1:9',
    vapidKeys: () => vapidKeys(state.db),
  });
  const services: OperationServices = {
    state,
    history,
    bus,
    clock,
    settings: {
      publicUrl,
      limits: DEFAULT_LIMITS,
      lateAfterMs: 600_000,
      selfWatch: { canaryMs: 0, isHeartbeatSet: false },
    },
    channels: createChannelRegistry(channels, { clock, publicUrl }),
    live: { find: async () => new Map() },
    registry: createTableRegistry(state),
    meter: { measure: async () => ({ ...EMPTY_STORAGE, measuredMs: clock.now() }) },
  };
  const authenticator = new Authenticator({ state, clock, bus });
  authenticator.start();
  await ensureAdminKey({ ctx: services, input: { key: ADMIN_KEY } });
  const codes = new OneTimeCodes(clock);
  const http = createHttpServer({ host: '127.0.0.1', port: 0, logger });
  const api = await createApi({
    http,
    services,
    authenticator,
    codes,
    rateLimiter: new RateLimiter({ perSecond: 0 }),
    metrics,
    logger,
    readiness: {},
    version: '1.2.3',
    mqttPort: () => 1883,
    checkAnswers: true,
    ...changes,
  });
  const { port } = await http.start();
  onTestFinished(async () => {
    await http.stop(200);
    authenticator.close();
    await state.close();
  });
  const url = `http://127.0.0.1:${port}`;

  /** Asks with the admin key unless `key` says otherwise (null = without any). */
  async function ask(
    call: string,
    options: { body?: unknown; key?: string | null; headers?: Record<string, string> } = {},
  ) {
    const [method = 'GET', path = '/'] = call.split(' ');
    const headers: Record<string, string> = { ...options.headers };
    const key = options.key === undefined ? ADMIN_KEY : options.key;
    if (key !== null) headers.authorization = `Bearer ${key}`;
    const init: RequestInit = { method, headers };
    if (options.body !== undefined) {
      headers['content-type'] ??= 'application/json';
      init.body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
    }
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    // Tests look into answers of any shape.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    const body: any = isJson && text !== '' ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body };
  }

  /** A key with these scopes. */
  async function makeKey(...scopes: string[]): Promise<string> {
    const { body } = await ask('POST /v1/api-keys', { body: { name: scopes.join(), scopes } });
    return body.key as string;
  }

  return { api, ask, bus, codes, history, http, makeKey, metrics, services, state, url };
}
