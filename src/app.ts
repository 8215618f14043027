import type { RunningApp } from '#cli/running-app.ts';
import type { KafkaConfig } from '#config/kafka-settings.ts';
import type { Config } from '#config/settings.ts';
import { VERSION } from '#config/version.ts';
import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { type Clock, systemClock } from '#domain/time.ts';
import { Authenticator, callerOf } from '#operations/access/authenticator.ts';
import { ensureAdminKey } from '#operations/access/ensure-admin-key.ts';
import type { Identity } from '#operations/access/identity.ts';
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
import type { MqttBridge } from '#services/gateway/mqtt-bridge/mqtt-bridge.ts';
import { ReceiptClock } from '#services/gateway/receipt-clock.ts';
import { closeChannels, createChannels } from '#services/notifier/channels/registry.ts';
import { createNotifier, type Notifier } from '#services/notifier/notifier.ts';
import { createSeriesReader } from '#services/notifier/read-series.ts';
import { followChanges } from '#services/processor/follow-changes.ts';
import type { Processor } from '#services/processor/processor.ts';
import { FleetSimulator } from '#services/simulation/fleet-simulator.ts';
import { vapidKeys } from '#storage/state/vapid-keys.ts';
import { Bus } from '#stream/bus.ts';
import { type AppContext, type AppStorage, built } from './app/app-storage.ts';
import { createProcessor } from './app/create-processor.ts';
import { createEmbeddedStorage } from './app/embedded-storage.ts';
import type { KafkaParts } from './app/kafka-parts.ts';
import { createOperationServices } from './app/operation-services.ts';
import { OwnKeys } from './app/own-keys.ts';
import { createSelfWatch } from './app/self-watch.ts';

// Tested by: test/e2e/app.test.ts

const STOP_TIMEOUT_MS = 10_000;

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

  let processor: Processor | undefined;
  let mqtt: MqttGateway | undefined;
  let bridge: Pick<MqttBridge, 'start' | 'stop' | 'isConnected'> | undefined;
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
    vapidKeys: () => vapidKeys(storage().state.db),
    readSeries: createSeriesReader(() => storage()),
    clock,
  });
  const http = createHttpServer({
    host: config.host,
    port: config.httpPort,
    logger,
    publicUrl: config.publicUrl,
  });

  const context: AppContext = { config, clock, logger, metrics, bus };
  let opened: AppStorage | undefined;
  const storage = (): AppStorage => built(opened);
  /** Without a database that others can share, the processor is in every process. */
  const hasProcessor = has('processor') || config.postgresUrl === undefined;

  const ownKeys = new OwnKeys();
  const ownDoor = { services: operationServices, url: () => app.url, keys: ownKeys };
  const selfWatch =
    config.canaryMs > 0 && has('gateway') ? createSelfWatch(context, ownDoor) : undefined;
  const simulator = has('gateway')
    ? new FleetSimulator({
        clock,
        url: ownDoor.url,
        issueKey: (caller) => ownKeys.issue(caller),
        log: logger,
      })
    : undefined;

  const adminKeyStep: LifecycleStep = {
    name: 'admin key',
    async start() {
      const ctx = { state: storage().state, clock, bus };
      ({ shownOnce: shownKey } = await ensureAdminKey({ ctx, input: { key: config.adminKey } }));
    },
    stop: () => undefined,
  };

  function processorStep(): LifecycleStep {
    let stopFollowing: (() => void) | undefined;
    return {
      name: 'processor',
      async start() {
        processor = createProcessor(context, storage());
        stopFollowing = followChanges(processor, { bus, db: storage().state.db, log: logger });
        await processor.start();
      },
      async stop() {
        stopFollowing?.();
        await built(processor).stop();
      },
    };
  }

  let kafka: KafkaParts | undefined;
  /** Loaded only where there is Kafka. */
  function kafkaStep(settings: KafkaConfig): LifecycleStep {
    return {
      name: 'kafka',
      async start() {
        const { startKafka } = await import('./app/kafka-parts.ts');
        kafka = startKafka(context, { storage: storage(), settings });
      },
      stop: () => kafka?.stop(),
    };
  }

  function streamSteps(): LifecycleStep[] {
    if (config.kafka !== undefined) return [kafkaStep(config.kafka)];
    return hasProcessor ? [processorStep()] : [];
  }

  function keepersStep(): LifecycleStep {
    let keepers: LifecycleStep | undefined;
    return {
      name: 'keepers',
      start: () => {
        keepers = storage().keepers(processor);
        return keepers.start();
      },
      stop: (deadlineMs) => keepers?.stop?.(deadlineMs),
    };
  }

  function notifierStep(): LifecycleStep {
    let notifier: Notifier | undefined;
    return {
      name: 'notifier',
      start() {
        const { state, shared } = storage();
        const { publicUrl } = config;
        const common = { state, bus, clock, channels, log: logger, metrics, publicUrl };
        notifier = createNotifier({
          ...common,
          claimDue: shared?.claimDue,
          inTurn: shared?.inTurn,
        });
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
      const { state } = storage();
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
    const credentialOf = (identity: Identity | undefined) =>
      identity && { caller: callerOf(identity, uuidV7()), rateLimit: identity.rateLimit };
    return new Gatekeeper(
      async (key) =>
        ownKeys.credentialOf(key) ?? credentialOf(await authenticator.authenticateKey(key)),
      rateLimiter,
      async (cookie) => credentialOf(await authenticator.authenticateSession(cookie)),
    );
  }

  async function openGateway(gatekeeper: Gatekeeper): Promise<void> {
    const stream = kafka?.gateway?.stream ?? built(processor);
    const common = { stream, gatekeeper, clock, limits: config.limits, metrics };
    const calls = createWriteCalls({
      ...common,
      receipts: new ReceiptClock(clock),
      budget: new BodyBudget(config.queueBytes),
      lineSensorTag: config.lineSensorTag,
      publicUrl: config.publicUrl ?? '',
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
      // Only who has a broker needs its client.
      const { createBrokerBridge } = await import('./app/broker-bridge.ts');
      const of = { url: config.mqttUrl, stream, storage: storage() };
      bridge = createBrokerBridge(context, of);
    }
    if (processor !== undefined) watchProcessor(processor);
  }

  function watchProcessor(only: Processor): void {
    metrics.watch(
      'vigie_journal_backlog',
      'Journal entries that the history has not loaded yet.',
      () => Math.max(0, only.journalId - storage().loadedThrough()),
    );
    metrics.watch(
      'vigie_queue_readings',
      'Readings that wait for their group.',
      () => only.queuedReadings,
    );
  }

  async function openApi(authenticator: Authenticator): Promise<void> {
    await createApi({
      http,
      serves: has('api') ? 'everything' : 'operations',
      services: operationServices(),
      authenticator,
      codes,
      rateLimiter,
      metrics,
      logger,
      readiness: {
        storage: () => {
          const failure = (kafka?.gateway ?? processor)?.failure;
          if (failure) throw failure;
        },
        history: () => storage().check(),
      },
      connections: bridge === undefined ? {} : { mqtt_broker: () => built(bridge).isConnected },
      version: VERSION,
      mqttPort: () => mqttPort ?? 0,
    });
  }

  function operationServices(): OperationServices {
    return createOperationServices(context, { storage: storage(), processor, channels, simulator });
  }

  const app: App = {
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
      opened = await createStorage(context);
      lifecycle = await runLifecycle({
        steps: [
          ...storage().steps,
          adminKeyStep,
          ...streamSteps(),
          keepersStep(),
          ...(has('notifier') ? [notifierStep()] : []),
          doorsStep(),
          mqttStep,
          ...(selfWatch ? [selfWatch] : []),
          {
            name: 'simulator',
            start: () => undefined,
            stop: () => simulator?.close(),
          },
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
  return app;
}

/** Only who has a database needs its client. */
async function createStorage(context: AppContext): Promise<AppStorage> {
  const { postgresUrl } = context.config;
  if (postgresUrl === undefined) return createEmbeddedStorage(context);
  const { createPostgresStorage } = await import('./app/postgres-storage.ts');
  return createPostgresStorage(context, postgresUrl);
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}
