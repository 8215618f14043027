import { hostname } from 'node:os';
import type { RunningApp } from '#cli/running-app.ts';
import type { Config } from '#config/settings.ts';
import { VERSION } from '#config/version.ts';
import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { type Clock, systemClock } from '#domain/time.ts';
import { Authenticator, callerOf } from '#operations/access/authenticator.ts';
import { ensureAdminKey } from '#operations/access/ensure-admin-key.ts';
import { OneTimeCodes } from '#operations/access/one-time-codes.ts';
import type { OperationServices } from '#operations/context.ts';
import { createHttpServer } from '#platform/http-server.ts';
import { uuidV7 } from '#platform/ids.ts';
import { createLogger, type Logger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import { RateLimiter } from '#platform/rate-limiter.ts';
import { type Lifecycle, type LifecycleStep, runLifecycle } from '#platform/shutdown.ts';
import { createApi } from '#services/api/api.ts';
import { Gatekeeper } from '#services/gateway/authenticate.ts';
import { createNodeHandler } from '#services/gateway/http/node-handler.ts';
import { BodyBudget } from '#services/gateway/http/read-body.ts';
import { createWriteCalls } from '#services/gateway/http/write-calls.ts';
import { createMqttGateway, type MqttGateway } from '#services/gateway/mqtt/mqtt-gateway.ts';
import { defaultClientId } from '#services/gateway/mqtt-bridge/broker-address.ts';
import type { MqttBridge } from '#services/gateway/mqtt-bridge/mqtt-bridge.ts';
import { ReceiptClock } from '#services/gateway/receipt-clock.ts';
import {
  closeChannels,
  createChannelRegistry,
  createChannels,
} from '#services/notifier/channels/registry.ts';
import { createNotifier, type Notifier } from '#services/notifier/notifier.ts';
import { followChanges } from '#services/processor/follow-changes.ts';
import { JournalKeeper } from '#services/processor/journal-keeper.ts';
import { createLiveSensors } from '#services/processor/live-sensors.ts';
import { Processor } from '#services/processor/processor.ts';
import { RetentionKeeper } from '#services/processor/retention-keeper.ts';
import { createSensorRegistry } from '#services/processor/sensor-registry.ts';
import { createEmbeddedBackups } from '#storage/embedded/backup/embedded-backups.ts';
import {
  type EmbeddedHistory,
  openEmbeddedHistory,
} from '#storage/embedded/history/embedded-history.ts';
import { type EmbeddedState, openEmbeddedState } from '#storage/embedded/open-state.ts';
import { Bus } from '#stream/bus.ts';

// Tested by: test/e2e/app.test.ts

const STOP_TIMEOUT_MS = 10_000;

/** A part that was built when its turn came; using it before is a fault of the order. */
function built<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('used before it was built');
  return part;
}

/** What tests may put in the place of the real thing. */
export interface AppOverrides {
  clock?: Clock;
  logger?: Logger;
}

export interface App extends RunningApp {
  start(): Promise<void>;
  readonly processor: Processor;
}

/**
 * Puts the platform together: adapters, then the roles, started in order and stopped in reverse. Nothing happens
 * before `start()`, which rejects with what failed and leaves nothing open.
 */
export function createApp(config: Config, overrides: AppOverrides = {}): App {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger({ level: config.logLevel });
  const metrics = new Metrics({ processMetrics: true });
  const bus = new Bus();
  const rateLimiter = new RateLimiter({ perSecond: config.rateLimitPerKey, clock });
  const codes = new OneTimeCodes(clock);
  const has = (role: Config['roles'][number]): boolean => config.roles.includes(role);

  let storage: EmbeddedState | undefined;
  let history: EmbeddedHistory | undefined;
  let processor: Processor | undefined;
  let mqtt: MqttGateway | undefined;
  let bridge: MqttBridge | undefined;
  let lifecycle: Lifecycle | undefined;
  let address = { host: config.host, port: config.httpPort };
  let mqttPort: number | undefined;
  let shownKey: string | undefined;
  let signInCode: string | undefined;

  const channels = createChannels({
    publicUrl: config.publicUrl,
    allowPrivate: config.allowPrivateWebhooks,
    smtpUrl: config.smtpUrl,
    smtpFrom: config.smtpFrom,
    clock,
  });
  const http = createHttpServer({
    host: config.host,
    port: config.httpPort,
    logger,
    publicUrl: config.publicUrl,
  });

  const stateStep: LifecycleStep = {
    name: 'state',
    async start() {
      storage = await openEmbeddedState(config.dataDir, {
        onEnded: (error) =>
          logger.error({ err: error }, 'the state thread ended; another one is started'),
      });
      try {
        const ctx = { state: storage.state, clock, bus };
        ({ shownOnce: shownKey } = await ensureAdminKey({ ctx, input: { key: config.adminKey } }));
      } catch (error) {
        await storage.close();
        throw error;
      }
    },
    stop: () => built(storage).close(),
  };

  const historyStep: LifecycleStep = {
    name: 'history',
    async start() {
      history = await openEmbeddedHistory({
        dataDir: config.dataDir,
        mayRest: true,
        onError: (error) =>
          logger.error({ err: error }, 'the history is behind; it is tried again'),
      });
      // A journal that begins anew under a history would number its rows as ones that are loaded already.
      const lastJournalId = await built(storage).commits.lastJournalId();
      if (history.loadedThrough() > lastJournalId) {
        await history.close();
        throw new VigieError(
          'storage_unavailable',
          `In ${config.dataDir}, history.duckdb holds readings that vigie.db knows nothing of: the two files do not belong together. ` +
            'Restore both from the same backup, or move the whole folder away to start anew.',
        );
      }
      history.notify(lastJournalId);
    },
    stop: () => built(history).close(),
  };

  function processorSteps(): LifecycleStep[] {
    let stopFollowing: (() => void) | undefined;
    let journal: JournalKeeper | undefined;
    let retention: RetentionKeeper | undefined;
    return [
      {
        name: 'processor',
        async start() {
          const { state, commits } = built(storage);
          processor = new Processor({
            state,
            commits,
            history: built(history),
            bus,
            clock,
            log: logger,
            limits: config.limits,
            customers: [MAIN_CUSTOMER],
            autoRegister: config.autoRegister,
            lateAfterMs: config.lateAfterMs,
            queueBytes: config.queueBytes,
            onCommitted: ({ group, commitMs }) => {
              metrics.commit.observe(commitMs / 1000);
              metrics.samples.total += group.columns.count;
              for (const { transition } of group.fired) {
                metrics.alertChanges.add({
                  change: transition.change,
                  severity: transition.severity,
                });
              }
            },
          });
          stopFollowing = followChanges(processor, { bus, db: state.db, log: logger });
          await processor.start();
        },
        async stop() {
          stopFollowing?.();
          await built(processor).stop();
        },
      },
      {
        name: 'keepers',
        start() {
          journal = new JournalKeeper({
            processor: built(processor),
            commits: built(storage).commits,
            loadedThrough: () => built(history).loadedThrough(),
            log: logger,
          });
          retention = new RetentionKeeper({
            history: built(history),
            state: built(storage).state,
            clock,
            retentionMs: config.limits.retentionMs,
            log: logger,
          });
          journal.start();
          retention.start();
        },
        async stop() {
          retention?.stop();
          await journal?.stop();
        },
      },
    ];
  }

  function notifierStep(): LifecycleStep {
    let notifier: Notifier | undefined;
    return {
      name: 'notifier',
      start() {
        const { state } = built(storage);
        const { publicUrl } = config;
        notifier = createNotifier({ state, bus, clock, channels, log: logger, metrics, publicUrl });
        notifier.start();
      },
      stop: (deadlineMs) => notifier?.stop(deadlineMs),
    };
  }

  function doorsStep(): LifecycleStep {
    let authenticator: Authenticator | undefined;
    async function stop(deadlineMs: number): Promise<void> {
      await http.stop(deadlineMs);
      authenticator?.close();
    }
    return {
      name: 'http',
      async start() {
        try {
          await open();
        } catch (error) {
          await stop(0);
          throw error;
        }
      },
      stop,
    };
    async function open(): Promise<void> {
      const { state } = built(storage);
      authenticator = new Authenticator({ state, clock, bus });
      authenticator.start();
      const gatekeeper = createGatekeeper(authenticator);
      bus.subscribe('keys.changed', () => gatekeeper.forget());
      if (has('gateway')) await openGateway(gatekeeper);
      await openApi(authenticator);
      address = await http.start();
      signInCode = has('api') ? codes.issue(MAIN_CUSTOMER) : undefined;
    }
  }

  const mqttStep: LifecycleStep = {
    name: 'mqtt',
    async start() {
      if (mqtt !== undefined) mqttPort = (await mqtt.start()).port;
      bridge?.start();
    },
    async stop(deadlineMs) {
      await Promise.all([mqtt?.stop(deadlineMs), bridge?.stop(deadlineMs)]);
    },
  };

  function createGatekeeper(authenticator: Authenticator): Gatekeeper {
    return new Gatekeeper(async (key) => {
      const identity = await authenticator.authenticateKey(key);
      return identity && { caller: callerOf(identity, uuidV7()), rateLimit: identity.rateLimit };
    }, rateLimiter);
  }

  async function openGateway(gatekeeper: Gatekeeper): Promise<void> {
    const stream = built(processor);
    const common = { stream, gatekeeper, clock, limits: config.limits, metrics };
    const calls = createWriteCalls({
      ...common,
      receipts: new ReceiptClock(clock),
      budget: new BodyBudget(config.queueBytes),
      lineSensorTag: config.lineSensorTag,
    });
    for (const [path, call] of calls) {
      http.intercept('POST', path, createNodeHandler(call, config.limits.bodyBytes));
      http.takeWhole(path, call);
    }
    if (config.mqttPort !== 0) {
      mqtt = createMqttGateway({
        ...common,
        host: config.host,
        port: config.mqttPort,
        bus,
        log: logger,
      });
    }
    if (config.mqttUrl !== undefined) {
      const { dataDir, mqttUrl: url, mqttShare: share } = config;
      const clientId = config.mqttClientId ?? defaultClientId({ hostName: hostname(), dataDir });
      const of = { url, clientId, share, customer: MAIN_CUSTOMER };
      // Only who has a broker needs its client.
      const { createMqttBridge } = await import('#services/gateway/mqtt-bridge/mqtt-bridge.ts');
      bridge = createMqttBridge({ ...common, ...of, bus, log: logger });
    }
    metrics.watch(
      'vigie_journal_backlog',
      'Journal entries that the history has not loaded yet.',
      () => Math.max(0, stream.journalId - built(history).loadedThrough()),
    );
    metrics.watch(
      'vigie_queue_readings',
      'Readings that wait for their group.',
      () => stream.queuedReadings,
    );
  }

  async function openApi(authenticator: Authenticator): Promise<void> {
    const { state } = built(storage);
    const live = built(processor);
    const services: OperationServices = {
      state,
      history: built(history),
      bus,
      clock,
      settings: { publicUrl: config.publicUrl ?? '', limits: config.limits },
      channels: createChannelRegistry(channels, { clock, publicUrl: config.publicUrl }),
      live: createLiveSensors(live),
      registry: createSensorRegistry(live, config.limits),
      backups: createEmbeddedBackups({
        dataDir: config.dataDir,
        version: VERSION,
        storage: built(storage),
        history: built(history),
      }),
    };
    await createApi({
      http,
      serves: has('api') ? 'everything' : 'operations',
      services,
      authenticator,
      codes,
      rateLimiter,
      metrics,
      logger,
      readiness: {
        storage: () => {
          if (live.failure) throw live.failure;
        },
        history: () => built(history).check(),
      },
      connections: bridge === undefined ? {} : { mqtt_broker: () => built(bridge).isConnected },
      version: VERSION,
      mqttPort: () => mqttPort ?? 0,
    });
  }

  return {
    get processor() {
      return built(processor);
    },
    get url() {
      const host = isAnyAddress(address.host) ? '127.0.0.1' : address.host;
      return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
    },
    get mqttPort() {
      return mqttPort;
    },
    get newAdminKey() {
      return shownKey;
    },
    get signInCode() {
      return signInCode;
    },
    async start() {
      lifecycle = await runLifecycle({
        steps: [
          stateStep,
          historyStep,
          ...processorSteps(),
          ...(has('notifier') ? [notifierStep()] : []),
          doorsStep(),
          mqttStep,
        ],
        logger,
        stopTimeoutMs: STOP_TIMEOUT_MS,
      });
    },
    async stop() {
      await lifecycle?.stop();
      closeChannels(channels);
    },
  };
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}
