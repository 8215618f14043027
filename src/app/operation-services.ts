import type { OperationServices } from '#operations/context.ts';
import { createStoredLiveSensors } from '#operations/sensor/stored-live-sensors.ts';
import { createStoredRegistry } from '#operations/sensor/stored-registry.ts';
import type { Simulator } from '#operations/simulation/simulator-port.ts';
import { type Channels, createChannelRegistry } from '#services/notifier/channels/registry.ts';
import { createLiveSensors } from '#services/processor/live-sensors.ts';
import type { Processor } from '#services/processor/processor.ts';
import { createSensorRegistry } from '#services/processor/sensor-registry.ts';
import { type AppContext, type AppStorage, built } from './app-storage.ts';

// Tested by: test/e2e/app.test.ts

interface Parts {
  storage: AppStorage;
  /** Where every reading is judged in this process. */
  processor: Processor | undefined;
  channels: Channels;
  simulator: Simulator | undefined;
}

/** What operations work with, whoever asks. */
export function createOperationServices(context: AppContext, parts: Parts): OperationServices {
  const { bus, clock } = context;
  const { publicUrl, limits, lateAfterMs, canaryMs, heartbeatUrl } = context.config;
  const { state, history, backups, meter } = parts.storage;
  return {
    state,
    history,
    bus,
    clock,
    settings: {
      publicUrl: publicUrl ?? '',
      limits,
      lateAfterMs,
      selfWatch: { canaryMs, isHeartbeatSet: heartbeatUrl !== undefined },
    },
    channels: createChannelRegistry(parts.channels, { clock, publicUrl }),
    ...sensorPorts(context, parts),
    backups,
    meter,
    simulator: parts.simulator,
  };
}

/** From memory where every reading is judged here, else from the store. */
function sensorPorts(
  { config }: AppContext,
  { storage, processor }: Parts,
): Pick<OperationServices, 'live' | 'registry'> {
  if (processor !== undefined) {
    return {
      live: createLiveSensors(processor),
      registry: createSensorRegistry(processor, config.limits),
    };
  }
  const { state } = storage;
  const { newest, reserveSensorId } = built(storage.shared);
  const { sensorsPerCustomer } = config.limits;
  return {
    live: createStoredLiveSensors({ db: state.db, history: newest }),
    registry: createStoredRegistry({ state, sensorsPerCustomer, reservePk: reserveSensorId }),
  };
}
