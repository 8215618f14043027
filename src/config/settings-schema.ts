import { type Static, type TSchema, Type } from 'typebox';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { parseDuration } from '#domain/time.ts';
import { KAFKA_SETTINGS } from './kafka-settings.ts';

// Tested by: settings.test.ts

/** Every part of the server that a process may run. */
export const ROLES = ['gateway', 'processor', 'notifier', 'api'] as const;
export type Role = (typeof ROLES)[number];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How the text of the environment becomes a value, and how the reference names the type. */
export type SettingKind =
  | 'text'
  | 'secret'
  | 'path'
  | 'integer'
  | 'yes/no'
  | 'duration'
  | 'size'
  | 'url'
  | 'list'
  | 'choice';

interface About {
  kind: SettingKind;
  group: SettingGroup;
  description: string;
  /** Shown in the reference where there is no default. */
  whenUnset?: string;
  /** Known, but for an engine that this version has not: refused with a clear error, never ignored. */
  unsupported?: boolean;
}

export const SETTING_GROUPS = [
  'Where it listens and stores',
  'Kafka',
  'Access',
  'Readings',
  'Notifications',
  'Limits',
  'Commands',
  'Not in this version yet',
] as const;
type SettingGroup = (typeof SETTING_GROUPS)[number];

const place = 'Where it listens and stores' as const;
const MIB = 1024 * 1024;

function text(about: Omit<About, 'kind'> & { kind?: SettingKind }, rules: object = {}) {
  return Type.String({ minLength: 1, kind: 'text', ...about, ...rules });
}
function optional(about: Omit<About, 'kind'> & { kind?: SettingKind }, rules: object = {}) {
  return Type.Optional(text(about, rules));
}
function integer(about: Omit<About, 'kind'>, rules: object) {
  return Type.Integer({ kind: 'integer', ...about, ...rules });
}
function yesNo(about: Omit<About, 'kind'>, byDefault: boolean) {
  return Type.Boolean({ kind: 'yes/no', ...about, default: byDefault });
}
function later(description: string, kind: SettingKind = 'text') {
  return optional({ kind, group: 'Not in this version yet', description, unsupported: true });
}

/**
 * Every setting by its name in the environment, once: type, default, what it is for. Durations and sizes
 * stay text here (`10m`, `16MiB`); `Config` holds them as numbers.
 */
export const Settings = Type.Object(
  {
    VIGIE_HOST: text(
      { group: place, description: 'Address to listen on; 0.0.0.0 or :: for every interface' },
      { default: '127.0.0.1', pattern: '^\\S+$' },
    ),
    VIGIE_HTTP_PORT: integer(
      {
        group: place,
        description: 'Port of HTTP: API, documentation, dashboard; 0 = any free one',
      },
      { default: 8080, minimum: 0, maximum: 65_535 },
    ),
    VIGIE_MQTT_PORT: integer(
      { group: place, description: 'Port of the MQTT broker; 0 = no MQTT' },
      { default: 1883, minimum: 0, maximum: 65_535 },
    ),
    VIGIE_DATA_DIR: text(
      { kind: 'path', group: place, description: 'Folder of all data; made when it is not there' },
      { default: './data' },
    ),
    VIGIE_PUBLIC_URL: optional(
      {
        kind: 'url',
        group: place,
        description:
          'The address at which people reach the platform; links in messages start with it',
        whenUnset: 'host and port',
      },
      { pattern: '^https?://' },
    ),
    VIGIE_ROLES: text(
      { kind: 'list', group: place, description: `Parts to run, by comma: ${ROLES.join(', ')}` },
      { default: ROLES.join(',') },
    ),
    VIGIE_LOG_LEVEL: Type.Union(
      LOG_LEVELS.map((level) => Type.Literal(level)),
      {
        kind: 'choice',
        group: place,
        description: `How much is logged: ${LOG_LEVELS.join(', ')}`,
        default: 'info',
      },
    ),
    VIGIE_POSTGRES_URL: optional(
      {
        kind: 'secret',
        group: place,
        description:
          'Keep state and readings in PostgreSQL 15 or later (TimescaleDB is used where the database has it), such as postgres://user:password@db.example.org/vigie',
        whenUnset: 'files in the data folder',
      },
      { pattern: '^postgres(ql)?://' },
    ),
    ...KAFKA_SETTINGS,
    VIGIE_ADMIN_KEY: optional(
      {
        kind: 'secret',
        group: 'Access',
        description: 'The first admin API key, 20 characters or more',
        whenUnset: 'made and printed at the first start',
      },
      { minLength: 20 },
    ),
    VIGIE_RATE_LIMIT: integer(
      {
        group: 'Access',
        description:
          'Requests a second for each API key that has no limit of its own; 0 = no limit',
      },
      { default: 0, minimum: 0 },
    ),
    VIGIE_AUTO_REGISTER: yesNo(
      {
        group: 'Readings',
        description: 'Unknown sensors register themselves with their first reading',
      },
      true,
    ),
    VIGIE_RETENTION: optional({
      kind: 'duration',
      group: 'Readings',
      description: 'How long readings are kept, such as 400d; older ones are refused and removed',
      whenUnset: 'for ever',
    }),
    VIGIE_LATE_AFTER: text(
      {
        kind: 'duration',
        group: 'Readings',
        description:
          'A reading older than this when it comes in is late: stored, but it pages nobody',
      },
      { default: '10m' },
    ),
    VIGIE_LINE_SENSOR_TAG: optional({
      group: 'Readings',
      description: 'Line-protocol tag that names the sensor, when it is neither sensor_id nor host',
      whenUnset: 'sensor_id, else host',
    }),
    VIGIE_MQTT_URL: optional(
      {
        kind: 'secret',
        group: 'Readings',
        description:
          'Take readings from an existing MQTT 5 broker too, such as mqtts://user:password@broker.example.org:8883 (or mqtt://)',
        whenUnset: 'none',
      },
      { pattern: '^mqtts?://[^\\s/?#]+/?$' },
    ),
    VIGIE_MQTT_CLIENT_ID: optional(
      {
        group: 'Readings',
        description:
          'Name of this instance at that broker; must stay the same, and be its own where several share the readings',
        whenUnset: 'made from host name and data folder',
      },
      { pattern: '^\\S+$', maxLength: 200 },
    ),
    VIGIE_MQTT_SHARE: text(
      {
        group: 'Readings',
        description:
          'Instances of one name share the readings of that broker; none = this one gets them all',
      },
      { default: 'vigie', pattern: '^[^\\s+#/]+$' },
    ),
    VIGIE_SMTP_URL: optional(
      {
        kind: 'secret',
        group: 'Notifications',
        description: 'Mail server, such as smtp://user:password@mail.example.org:587 (or smtps://)',
        whenUnset: 'e-mail contacts cannot be reached',
      },
      { pattern: '^smtps?://' },
    ),
    VIGIE_SMTP_FROM: text(
      { group: 'Notifications', description: 'Sender of e-mail' },
      { default: 'Vigie <vigie@localhost>', pattern: '@' },
    ),
    VIGIE_ALLOW_PRIVATE_WEBHOOKS: yesNo(
      { group: 'Notifications', description: 'Webhooks may go to loopback and private addresses' },
      false,
    ),
    VIGIE_CANARY: text(
      {
        group: 'Notifications',
        description:
          "How often a reading of the platform's own goes the whole way to a delivered notification; off = never",
      },
      { default: '1m', pattern: '^(?:off|(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h))+)$' },
    ),
    VIGIE_HEARTBEAT_URL: optional(
      {
        kind: 'secret',
        group: 'Notifications',
        description:
          'Called each time that the canary has got through, so that somebody notices when it no longer is',
        whenUnset: 'none',
      },
      { pattern: '^https?://' },
    ),
    VIGIE_MAX_BODY: text(
      { kind: 'size', group: 'Limits', description: 'Largest request body, after decompression' },
      { default: formatSize(DEFAULT_LIMITS.bodyBytes) },
    ),
    VIGIE_MAX_READINGS: integer(
      { group: 'Limits', description: 'Most readings in one request' },
      { default: DEFAULT_LIMITS.readingsPerRequest, minimum: 1 },
    ),
    VIGIE_MAX_METRICS_PER_READING: integer(
      { group: 'Limits', description: 'Most metrics in one reading' },
      { default: DEFAULT_LIMITS.metricsPerReading, minimum: 1 },
    ),
    VIGIE_MAX_METRICS_PER_SENSOR: integer(
      { group: 'Limits', description: 'Most metrics of one sensor' },
      { default: DEFAULT_LIMITS.metricsPerSensor, minimum: 1 },
    ),
    VIGIE_MAX_SENSORS: integer(
      { group: 'Limits', description: 'Most sensors of one customer' },
      { default: DEFAULT_LIMITS.sensorsPerCustomer, minimum: 1 },
    ),
    VIGIE_MAX_FUTURE: text(
      {
        kind: 'duration',
        group: 'Limits',
        description: "A reading further ahead of the platform's clock than this is refused",
      },
      { default: '10m' },
    ),
    VIGIE_QUEUE_SIZE: text(
      {
        kind: 'size',
        group: 'Limits',
        description:
          'Readings waiting to be processed; beyond it senders are told 503 and to come again',
      },
      { default: formatSize(64 * MIB) },
    ),
    VIGIE_URL: optional(
      {
        kind: 'url',
        group: 'Commands',
        description: 'Platform that simulate, import, export and keys talk to',
        whenUnset: 'host and port',
      },
      { pattern: '^https?://' },
    ),
    VIGIE_KEY: optional({
      kind: 'secret',
      group: 'Commands',
      description: 'API key that these commands use',
      whenUnset: 'VIGIE_ADMIN_KEY',
    }),
    VIGIE_DYNAMODB_TABLE: later('Users, products and orders in DynamoDB'),
    VIGIE_DYNAMODB_ENDPOINT: later('Address of DynamoDB', 'url'),
    VIGIE_LLM: later('Language model of the assistant'),
    VIGIE_LLM_URL: later('Address of the language model', 'url'),
    VIGIE_LLM_KEY: later('Key of the language model', 'secret'),
  },
  { additionalProperties: false, title: 'Settings' },
);
export type Settings = Static<typeof Settings>;
export type SettingName = keyof Settings;

/** One setting as the reference shows it. */
export interface Setting extends About {
  name: SettingName;
  default: string | number | boolean | undefined;
  schema: TSchema;
}

export const SETTINGS: readonly Setting[] = Object.entries(Settings.properties).map(
  ([name, schema]) => {
    const about = schema as unknown as About & { default?: Setting['default'] };
    return { ...about, name: name as SettingName, default: about.default, schema };
  },
);

const SIZE_UNITS: Record<string, number> = {
  '': 1,
  B: 1,
  kB: 1000,
  KiB: 1024,
  MB: 1_000_000,
  MiB: MIB,
  GB: 1_000_000_000,
  GiB: 1024 * MIB,
};

/** `16MiB`, `500kB` or plain bytes → bytes; undefined where the text is no size. */
export function parseSize(size: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(size);
  const unit = match && SIZE_UNITS[match[2] ?? ''];
  return match && unit ? Math.floor(Number(match[1]) * unit) : undefined;
}

function formatSize(bytes: number): string {
  return bytes % MIB === 0 ? `${bytes / MIB}MiB` : `${bytes}`;
}

/** The text of the environment → the value that the schema checks, or what is wrong with it. */
export function readSetting(
  setting: Setting,
  value: string,
): { ok: true; value: string | number | boolean } | { ok: false; problem: string } {
  switch (setting.kind) {
    case 'integer':
      return /^-?\d{1,15}$/.test(value)
        ? { ok: true, value: Number(value) }
        : { ok: false, problem: 'must be a whole number' };
    case 'yes/no': {
      if (/^(?:true|1|yes|on)$/i.test(value)) return { ok: true, value: true };
      if (/^(?:false|0|no|off)$/i.test(value)) return { ok: true, value: false };
      return { ok: false, problem: 'must be true or false' };
    }
    case 'duration':
      return (parseDuration(value) ?? 0) > 0
        ? { ok: true, value }
        : { ok: false, problem: 'must be a duration above zero, such as 90s, 10m or 400d' };
    case 'size':
      return (parseSize(value) ?? 0) > 0
        ? { ok: true, value }
        : { ok: false, problem: 'must be a size above zero, such as 500kB or 16MiB' };
    case 'url':
      return URL.canParse(value)
        ? { ok: true, value }
        : { ok: false, problem: 'must be an address with its scheme, such as http://host:8080' };
    case 'text':
    case 'secret':
    case 'path':
    case 'list':
    case 'choice':
      return { ok: true, value };
  }
}
