import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import type { Environment } from './setting-sources.ts';
import { ConfigError, loadConfig } from './settings.ts';
import { settingsReference } from './settings-reference.ts';
import { parseSize, ROLES, SETTINGS } from './settings-schema.ts';

function makeFolder(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-config-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

function problemsOf(env: Environment, cwd = makeFolder()): Record<string, string> {
  try {
    loadConfig({ env, cwd });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ setting, problem }) => [setting, problem]));
  }
  return {};
}

test('every default that the reference documents is the parsed default', () => {
  const cwd = makeFolder();
  const config = loadConfig({ env: {}, cwd });
  // Setting each documented default explicitly must change nothing.
  const documented: Record<string, string> = {};
  for (const [, name = '', value = ''] of settingsReference().matchAll(
    /^\| `(VIGIE_\w+)` \| [^|]+ \| `([^`]*)` \|/gm,
  )) {
    documented[name] = value;
  }
  expect(Object.keys(documented)).toEqual(
    SETTINGS.filter((setting) => setting.default !== undefined).map((setting) => setting.name),
  );
  expect(loadConfig({ env: documented, cwd })).toEqual(config);
  expect(config).toEqual({
    host: '127.0.0.1',
    httpPort: 8080,
    mqttPort: 1883,
    dataDir: join(cwd, 'data'),
    adminKey: undefined,
    smtpUrl: undefined,
    smtpFrom: 'Vigie <vigie@localhost>',
    publicUrl: undefined,
    allowPrivateWebhooks: false,
    autoRegister: true,
    canaryMs: 60_000,
    roles: ROLES,
    lineSensorTag: undefined,
    mqttUrl: undefined,
    mqttClientId: undefined,
    mqttShare: 'vigie',
    logLevel: 'info',
    lateAfterMs: 600_000,
    queueBytes: 64 * 1024 * 1024,
    rateLimitPerKey: 0,
    limits: DEFAULT_LIMITS,
    client: { url: undefined, key: undefined },
  });
});

test('the reference names every setting with a description', () => {
  const reference = settingsReference();
  for (const setting of SETTINGS) {
    expect(reference).toContain(`| \`${setting.name}\` | ${setting.kind} |`);
    expect(setting.description.length).toBeGreaterThan(5);
  }
});

test('values are converted and the result is frozen to its depths', () => {
  const config = loadConfig({
    cwd: '/somewhere',
    env: {
      VIGIE_HTTP_PORT: '0',
      VIGIE_MQTT_PORT: '0',
      VIGIE_DATA_DIR: 'x',
      VIGIE_RETENTION: '400d',
      VIGIE_MAX_BODY: '2MiB',
      VIGIE_AUTO_REGISTER: 'no',
      VIGIE_ROLES: 'api, notifier',
      VIGIE_PUBLIC_URL: 'https://vigie.example.org/',
      VIGIE_ADMIN_KEY: 'a-key-of-twenty-letters',
      HOME: '/root',
    },
  });
  expect(config).toMatchObject({
    httpPort: 0,
    mqttPort: 0,
    dataDir: '/somewhere/x',
    autoRegister: false,
    roles: ['notifier', 'api'],
    publicUrl: 'https://vigie.example.org',
    client: { key: 'a-key-of-twenty-letters' },
  });
  expect(config.limits.retentionMs).toBe(400 * 86_400_000);
  expect(config.limits.bodyBytes).toBe(2 * 1024 * 1024);
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.limits)).toBe(true);
});

test('a broker is named by a URL that can be read, and its share may be none', () => {
  const env = { VIGIE_MQTT_URL: 'mqtts://vigie:p%40ss@broker.example.org:8883' };
  expect(loadConfig({ cwd: '/', env })).toMatchObject({
    mqttUrl: env.VIGIE_MQTT_URL,
    mqttClientId: undefined,
    mqttShare: 'vigie',
  });
  const alone = loadConfig({ cwd: '/', env: { ...env, VIGIE_MQTT_SHARE: 'none' } });
  expect(alone.mqttShare).toBeUndefined();
  expect(problemsOf({ VIGIE_MQTT_URL: 'mqtt://broker:99999' })).toEqual({
    VIGIE_MQTT_URL: 'its host or port is not valid',
  });
});

test('every problem is listed in one error', () => {
  expect(
    problemsOf({
      VIGIE_HTTP_PORT: 'eighty',
      VIGIE_MQTT_PORT: '70000',
      VIGIE_ADMIN_KEY: 'short',
      VIGIE_RETENTION: 'long',
      VIGIE_QUEUE_SIZE: '0',
      VIGIE_AUTO_REGISTER: 'maybe',
      VIGIE_ROLES: 'gateway,cook',
      VIGIE_SMTP_URL: 'mail.example.org',
      VIGIE_MQTT_URL: 'mqtt://broker.example.org/topic',
      VIGIE_MQTT_CLIENT_ID: 'two words',
      VIGIE_MQTT_SHARE: 'a/b',
      VIGIE_CANARY: 'never',
      VIGIE_HEARTBEAT_URL: 'https://',
      VIGIE_PUBLIC_URL: 'ftp://x',
      VIGIE_LOG_LEVEL: 'loud',
    }),
  ).toEqual({
    VIGIE_HTTP_PORT: 'must be a whole number',
    VIGIE_MQTT_PORT: 'must lie between 0 and 65535',
    VIGIE_ADMIN_KEY: 'must have 20 characters or more',
    VIGIE_CANARY: 'must be a duration such as 1m, or off',
    VIGIE_HEARTBEAT_URL: 'is no valid address',
    VIGIE_RETENTION: 'must be a duration above zero, such as 90s, 10m or 400d',
    VIGIE_QUEUE_SIZE: 'must be a size above zero, such as 500kB or 16MiB',
    VIGIE_AUTO_REGISTER: 'must be true or false',
    VIGIE_ROLES: 'gateway needs processor in the same process, or VIGIE_KAFKA_BROKERS between them',
    VIGIE_SMTP_URL: 'must start with smtp:// or smtps://',
    VIGIE_MQTT_URL: 'must start with mqtt:// or mqtts://, and end with the host or its port',
    VIGIE_MQTT_CLIENT_ID: 'must not hold spaces',
    VIGIE_MQTT_SHARE: 'must not hold spaces, +, # or /',
    VIGIE_PUBLIC_URL: 'must start with http:// or https://',
    VIGIE_LOG_LEVEL: 'must be one of fatal, error, warn, info, debug, trace, silent',
  });
});

test('a setting of a later engine stops the start and is never ignored', () => {
  for (const setting of SETTINGS.filter((one) => one.unsupported)) {
    expect(problemsOf({ [setting.name]: 'something' })[setting.name]).toContain(
      'not supported yet in this version',
    );
  }
  expect(problemsOf({ VIGIE_ROLES: 'analytics' }).VIGIE_ROLES).toContain('not supported yet');
});

test('an unknown VIGIE_ variable is an error that names the nearest setting', () => {
  expect(problemsOf({ VIGIE_HTP_PORT: '1' })).toEqual({
    VIGIE_HTP_PORT: 'no such setting; did you mean VIGIE_HTTP_PORT?',
  });
  expect(problemsOf({ VIGIE_COMPLETELY_ELSEWHERE_SOMETHING: '1' })).toEqual({
    VIGIE_COMPLETELY_ELSEWHERE_SOMETHING: 'no such setting',
  });
});

test('variables that Kubernetes adds for a service called vigie are let pass', () => {
  expect(
    problemsOf({
      VIGIE_SERVICE_HOST: '10.0.0.1',
      VIGIE_SERVICE_PORT_HTTP: '8080',
      VIGIE_PORT: 'tcp://10.0.0.1:8080',
      VIGIE_PORT_8080_TCP_ADDR: '10.0.0.1',
      VIGIE_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
    }),
  ).toEqual({});
  expect(problemsOf({ VIGIE_PORT: '8080' }).VIGIE_PORT).toContain('did you mean');
});

test('.env is read, the environment wins over it, and overrides win over both', () => {
  const cwd = makeFolder({
    '.env': 'VIGIE_HTTP_PORT=9001\nVIGIE_MQTT_PORT="9002"\nVIGIE_HOST=0.0.0.0 # all\nOTHER=1\n',
  });
  const config = loadConfig({
    cwd,
    env: { VIGIE_MQTT_PORT: '9003', VIGIE_HOST: '' },
    overrides: { VIGIE_HTTP_PORT: '9004' },
  });
  expect([config.httpPort, config.mqttPort, config.host]).toEqual([9004, 9003, '0.0.0.0']);
});

test('a secret is read from the file that NAME_FILE names', () => {
  const cwd = makeFolder({ key: 'a-key-from-a-file-of-some-length\n', empty: '' });
  expect(loadConfig({ cwd, env: { VIGIE_ADMIN_KEY_FILE: 'key' } }).adminKey).toBe(
    'a-key-from-a-file-of-some-length',
  );
  expect(problemsOf({ VIGIE_ADMIN_KEY_FILE: 'nothing' }, cwd).VIGIE_ADMIN_KEY_FILE).toContain(
    'cannot be read (ENOENT)',
  );
  expect(problemsOf({ VIGIE_ADMIN_KEY_FILE: 'empty' }, cwd).VIGIE_ADMIN_KEY_FILE).toContain(
    'empty',
  );
  expect(
    problemsOf({ VIGIE_ADMIN_KEY_FILE: 'key', VIGIE_ADMIN_KEY: 'a-key-of-twenty-letters' }, cwd),
  ).toEqual({
    VIGIE_ADMIN_KEY: 'set by VIGIE_ADMIN_KEY and by VIGIE_ADMIN_KEY_FILE; keep one',
  });
});

test('NAME_FILE in the environment replaces NAME of .env', () => {
  const cwd = makeFolder({
    key: 'a-key-from-a-file-of-some-length',
    '.env': 'VIGIE_ADMIN_KEY=a-key-of-twenty-letters\n',
  });
  expect(loadConfig({ cwd, env: { VIGIE_ADMIN_KEY_FILE: 'key' } }).adminKey).toBe(
    'a-key-from-a-file-of-some-length',
  );
});

test('sizes are binary or decimal, and nonsense is no size', () => {
  expect(['512', '1kB', '1KiB', '1.5MiB', '2GB'].map(parseSize)).toEqual([
    512, 1000, 1024, 1_572_864, 2_000_000_000,
  ]);
  expect(['', 'x', '12 parsecs', '-1', '1mib'].map(parseSize)).toEqual(Array(5).fill(undefined));
});
