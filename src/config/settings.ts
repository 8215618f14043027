import { resolve } from 'node:path';
import { Value } from 'typebox/value';
import { DEFAULT_LIMITS, type Limits } from '#domain/reading.ts';
import { durationMs } from '#domain/time.ts';
import { type KafkaConfig, readKafka } from './kafka-settings.ts';
import { type ConfigProblem, type ConfigSources, gatherTexts } from './setting-sources.ts';
import {
  type LogLevel,
  parseSize,
  ROLES,
  type Role,
  readSetting,
  SETTINGS,
  type Settings,
} from './settings-schema.ts';

/** What the process runs by: parsed once, frozen, handed down. */
export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly httpPort: number;
  /** 0 = no MQTT. */
  readonly mqttPort: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly adminKey: string | undefined;
  /** State and readings go there instead of the data folder. */
  readonly postgresUrl: string | undefined;
  /** Between gateways and processors; undefined = a call within the process. */
  readonly kafka: KafkaConfig | undefined;
  readonly smtpUrl: string | undefined;
  readonly smtpFrom: string;
  /** Without a slash at the end. */
  readonly publicUrl: string | undefined;
  readonly allowPrivateWebhooks: boolean;
  readonly autoRegister: boolean;
  /** How often the platform tries whether alerts get through; 0 = never. */
  readonly canaryMs: number;
  readonly heartbeatUrl: string | undefined;
  readonly roles: readonly Role[];
  readonly lineSensorTag: string | undefined;
  /** A broker that is there already; with user name and password. */
  readonly mqttUrl: string | undefined;
  readonly mqttClientId: string | undefined;
  /** undefined = a subscription of its own. */
  readonly mqttShare: string | undefined;
  readonly logLevel: LogLevel;
  /** A reading older than this at receipt moves rules but pages nobody. */
  readonly lateAfterMs: number;
  /** Bound of what waits between gateway and processor, in bytes of request. */
  readonly queueBytes: number;
  /** Requests a second for a key without a limit of its own; 0 = no limit. */
  readonly rateLimitPerKey: number;
  /** With `retentionMs` from VIGIE_RETENTION; Infinity keeps everything. */
  readonly limits: Readonly<Limits>;
  /** For commands that talk to a running platform. */
  readonly client: { readonly url: string | undefined; readonly key: string | undefined };
}

/** Carries every problem of the settings at once; its message is for people. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ setting, problem }) => `  ${setting}: ${problem}`);
    super(`The settings are not valid:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads every setting from the command line, the environment and `.env`, in this order of precedence.
 * An empty value counts as unset. Throws `ConfigError` with all problems.
 */
export function loadConfig(sources: ConfigSources): Config {
  const problems: ConfigProblem[] = [];
  const texts = gatherTexts(sources, problems);
  const values: Record<string, string | number | boolean> = {};
  for (const setting of SETTINGS) {
    const given = texts.get(setting.name);
    if (given === undefined) {
      if (setting.default !== undefined) values[setting.name] = setting.default;
      continue;
    }
    const note = (problem: string) => problems.push({ setting: setting.name, problem });
    if (setting.unsupported) {
      note('not supported yet in this version; remove it');
      continue;
    }
    const read = readSetting(setting, given);
    if (!read.ok) note(read.problem);
    else if (!Value.Check(setting.schema, read.value)) note(schemaProblem(setting.schema));
    else values[setting.name] = read.value;
  }
  const heartbeatUrl = values.VIGIE_HEARTBEAT_URL;
  if (typeof heartbeatUrl === 'string' && !URL.canParse(heartbeatUrl)) {
    problems.push({ setting: 'VIGIE_HEARTBEAT_URL', problem: 'is no valid address' });
  }
  const mqttUrl = values.VIGIE_MQTT_URL;
  if (typeof mqttUrl === 'string' && !URL.canParse(mqttUrl)) {
    problems.push({ setting: 'VIGIE_MQTT_URL', problem: 'its host or port is not valid' });
  }
  const kafka = readKafka(values as Settings, problems);
  const roles = readRoles(texts.get('VIGIE_ROLES'), problems, kafka !== undefined);
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(values as Settings, { roles, kafka, cwd: sources.cwd });
}

function schemaProblem(schema: object): string {
  const { minimum, maximum, minLength, pattern, anyOf } = schema as {
    minimum?: number;
    maximum?: number;
    minLength?: number;
    pattern?: string;
    anyOf?: { const: string }[];
  };
  if (anyOf) return `must be one of ${anyOf.map((option) => option.const).join(', ')}`;
  if (maximum !== undefined) return `must lie between ${minimum} and ${maximum}`;
  if (minimum !== undefined) return `must be ${minimum} or more`;
  if (pattern === '^https?://') return 'must start with http:// or https://';
  if (pattern?.startsWith('^mqtts?://'))
    return 'must start with mqtt:// or mqtts://, and end with the host or its port';
  if (pattern?.startsWith('^(?:off|')) return 'must be a duration such as 1m, or off';
  if (pattern?.includes('+#/')) return 'must not hold spaces, +, # or /';
  if (pattern === '^postgres(ql)?://') return 'must start with postgres://';
  if (pattern?.includes('\\d{1,5}')) return 'must be host:port, several by comma';
  if (pattern === '^smtps?://') return 'must start with smtp:// or smtps://';
  if (pattern === '@') return 'must hold an e-mail address';
  if (pattern) return 'must not hold spaces';
  return `must have ${minLength} characters or more`;
}

function readRoles(
  given: string | undefined,
  problems: ConfigProblem[],
  hasBroker: boolean,
): Role[] {
  const names = (given ?? ROLES.join(',')).split(',').map((name) => name.trim());
  const note = (problem: string) => problems.push({ setting: 'VIGIE_ROLES', problem });
  if (names.length === 1 && names[0] === 'all') return [...ROLES];
  for (const name of names) {
    if (name === 'analytics' || name === 'assistant') {
      note(`the role ${name} is not supported yet in this version`);
    } else if (!(ROLES as readonly string[]).includes(name)) {
      note(`'${name}' is no role; there are ${ROLES.join(', ')}`);
    }
  }
  const roles = ROLES.filter((role) => names.includes(role));
  // Without a broker between them, a gateway hands readings to the processor of its own process.
  if (roles.includes('gateway') && !roles.includes('processor') && !hasBroker) {
    note('gateway needs processor in the same process, or VIGIE_KAFKA_BROKERS between them');
  }
  return roles;
}

function toConfig(
  values: Settings,
  given: { roles: Role[]; kafka: KafkaConfig | undefined; cwd: string },
): Config {
  const size = (text: string) => parseSize(text) ?? 0;
  const withoutSlash = (url: string | undefined) => url?.replace(/\/+$/, '');
  return deepFreeze({
    host: values.VIGIE_HOST,
    httpPort: values.VIGIE_HTTP_PORT,
    mqttPort: values.VIGIE_MQTT_PORT,
    dataDir: resolve(given.cwd, values.VIGIE_DATA_DIR),
    adminKey: values.VIGIE_ADMIN_KEY,
    postgresUrl: values.VIGIE_POSTGRES_URL,
    kafka: given.kafka,
    smtpUrl: values.VIGIE_SMTP_URL,
    smtpFrom: values.VIGIE_SMTP_FROM,
    publicUrl: withoutSlash(values.VIGIE_PUBLIC_URL),
    allowPrivateWebhooks: values.VIGIE_ALLOW_PRIVATE_WEBHOOKS,
    autoRegister: values.VIGIE_AUTO_REGISTER,
    canaryMs: values.VIGIE_CANARY === 'off' ? 0 : durationMs(values.VIGIE_CANARY),
    heartbeatUrl: values.VIGIE_HEARTBEAT_URL,
    roles: given.roles,
    lineSensorTag: values.VIGIE_LINE_SENSOR_TAG,
    mqttUrl: values.VIGIE_MQTT_URL,
    mqttClientId: values.VIGIE_MQTT_CLIENT_ID,
    mqttShare: values.VIGIE_MQTT_SHARE === 'none' ? undefined : values.VIGIE_MQTT_SHARE,
    logLevel: values.VIGIE_LOG_LEVEL,
    lateAfterMs: durationMs(values.VIGIE_LATE_AFTER),
    queueBytes: size(values.VIGIE_QUEUE_SIZE),
    rateLimitPerKey: values.VIGIE_RATE_LIMIT,
    limits: {
      bodyBytes: size(values.VIGIE_MAX_BODY),
      readingsPerRequest: values.VIGIE_MAX_READINGS,
      metricsPerReading: values.VIGIE_MAX_METRICS_PER_READING,
      metricsPerSensor: values.VIGIE_MAX_METRICS_PER_SENSOR,
      sensorsPerCustomer: values.VIGIE_MAX_SENSORS,
      futureMs: durationMs(values.VIGIE_MAX_FUTURE),
      retentionMs:
        values.VIGIE_RETENTION === undefined
          ? DEFAULT_LIMITS.retentionMs
          : durationMs(values.VIGIE_RETENTION),
    },
    client: {
      url: withoutSlash(values.VIGIE_URL),
      key: values.VIGIE_KEY ?? values.VIGIE_ADMIN_KEY,
    },
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
