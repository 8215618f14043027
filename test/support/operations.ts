import { onTestFinished } from 'vitest';
import { SCOPES, type Scope } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { newSecret } from '#operations/access/key-text.ts';
import type { ChannelRegistry } from '#operations/contact/channel-port.ts';
import type { OperationContext, OperationServices } from '#operations/context.ts';
import type { LiveSensor } from '#operations/sensor/live-sensors.ts';
import type { SensorRegistry } from '#operations/sensor/registry-port.ts';
import type { HistoryStore } from '#storage/history-store.ts';
import { insertAudit } from '#storage/state/audit.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { StorageUse } from '#storage/storage-meter.ts';
import { Bus, type BusTopic } from '#stream/bus.ts';
import { createInProcessState } from './in-process-state.ts';
import { T0 } from './state-rows.ts';

export interface Operations extends OperationServices {
  clock: { now(): number; advance(ms: number): void };
  /** What the processor would know, by `customer/sensor id`. */
  known: Map<string, LiveSensor>;
  /** Topics in the order in which they were published. */
  heard: BusTopic[];
  /** A context of a caller of this customer. */
  as(customer: string, scopes?: readonly Scope[]): OperationContext;
}

const TOPICS: BusTopic[] = [
  'alert',
  'outbox.filled',
  'rules.changed',
  'routing.changed',
  'sensors.changed',
  'keys.changed',
];

/** Operations over a real store; the processor and the channels are stood in for. */
export async function createOperations(
  stores: {
    state?: StateStore;
    history?: HistoryStore;
    bus?: Bus;
    clock?: Operations['clock'];
  } = {},
): Promise<Operations> {
  const clock = stores.clock ?? createClock(T0);
  const state = stores.state ?? (await ownState());
  const bus = stores.bus ?? new Bus();
  const heard: BusTopic[] = [];
  for (const topic of TOPICS) bus.subscribe(topic, () => heard.push(topic));
  const known = new Map<string, LiveSensor>();
  const services = {
    state,
    history: stores.history ?? ({} as HistoryStore),
    bus,
    clock,
    settings: {
      publicUrl: 'http://localhost:8080',
      limits: DEFAULT_LIMITS,
      lateAfterMs: 600_000,
      selfWatch: { canaryMs: 0, isHeartbeatSet: false },
    },
    channels: testChannels,
    meter: {
      measure: async () => ({ ...EMPTY_STORAGE, measuredMs: clock.now() }),
    },
    live: {
      find: async (customer: string, sensors: readonly { sensor_id: string }[]) =>
        new Map(
          sensors.flatMap(({ sensor_id: id }) => {
            const live = known.get(`${customer}/${id}`);
            return live ? [[id, live] as const] : [];
          }),
        ),
    },
    registry: storedRegistry(state, clock),
  };
  return {
    ...services,
    known,
    heard,
    as: (customer, scopes = SCOPES) => ({
      ...services,
      caller: { customer, who: `key:${customer}-key`, scopes, requestId: 'request-1' },
    }),
  };
}

/** A clock that stands still until a test moves it. */
export function createClock(startMs: number): Operations['clock'] {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
  };
}

async function ownState(): Promise<StateStore> {
  const state = await createInProcessState();
  onTestFinished(() => state.close());
  return state;
}

/** Keeps the promises of the port as the processor does, over the store alone. */
function storedRegistry(state: StateStore, clock: { now(): number }): SensorRegistry {
  return {
    register: ({ customer, sensor, audit }) =>
      state.transaction(async (tx) => {
        const last = await tx
          .selectFrom('sensors')
          .select((select) => select.fn.max('pk').as('pk'))
          .executeTakeFirst();
        const inserted = await tx
          .insertInto('sensors')
          .values({
            pk: (last?.pk ?? 0) + 1,
            customer,
            sensor_id: sensor.sensorId,
            name: sensor.name,
            location: sensor.location,
            labels: JSON.stringify(sensor.labels),
            parent_id: sensor.parentId,
            calibration_date: sensor.calibrationDateMs,
            update_within: null,
            out_of_service: null,
            key_hash: null,
            registered_at: clock.now(),
            updated_at: clock.now(),
          })
          .onConflict((conflict) => conflict.columns(['customer', 'sensor_id']).doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows === 0n) throw new VigieError('conflict', 'taken');
        await insertAudit(tx, audit);
      }),
    remove: ({ customer, sensorId, audit }) =>
      state.transaction(async (tx) => {
        const result = await tx
          .deleteFrom('sensors')
          .where('customer', '=', customer)
          .where('sensor_id', '=', sensorId)
          .executeTakeFirst();
        if (result.numDeletedRows === 0n) return false;
        await insertAudit(tx, audit);
        return true;
      }),
  };
}

/** Of a platform whose stores take no room. */
export const EMPTY_STORAGE: StorageUse = {
  engine: 'memory',
  place: 'this process',
  bytes: 0,
  parts: [],
  freeBytes: undefined,
};

const testChannels: ChannelRegistry = {
  names: () => ['webhook', 'email'],
  settingsSchema: () => ({ type: 'object' }),
  secretFields: (channel) => (channel === 'webhook' ? ['secret'] : []),
  validate(channel, settings) {
    if (channel === 'email') {
      return typeof settings.to === 'string' ? [] : [{ pointer: '/to', detail: 'is missing' }];
    }
    if (typeof settings.url !== 'string') return [{ pointer: '/url', detail: 'is missing' }];
    return settings.url.includes('//10.')
      ? [{ pointer: '/url', detail: 'is private', code: 'private_address_refused' }]
      : [];
  },
  prepareSettings: (channel, settings) =>
    channel === 'webhook' ? { secret: `whsec_${newSecret()}`, ...settings } : settings,
  sendTest: (contact) =>
    Promise.resolve({ outcome: 'sent', detail: null, receipt: `to ${contact.id}` }),
};

/** The code of the error that a promise or call ends with; undefined where it ends well. */
export async function codeOf(
  work: Promise<unknown> | (() => unknown),
): Promise<string | undefined> {
  try {
    await (typeof work === 'function' ? work() : work);
    return undefined;
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
}

/** Actions in the audit of a customer, oldest first. */
export async function auditedActions(state: StateStore, customer = 'main'): Promise<string[]> {
  const rows = await state.db
    .selectFrom('audit')
    .select(['action', 'target'])
    .where('customer', '=', customer)
    .orderBy('seq')
    .execute();
  return rows.map(({ action, target }) => `${action} ${target}`);
}
