import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '#config/settings.ts';
import { temporaryFolder } from '../support/spawn-platform.ts';
import { needTools, root, runTool } from '../support/tools.ts';

const folder = join(root, 'deploy/docker');

interface Service {
  environment?: Record<string, string>;
  build?: { context: string; dockerfile: string };
  image: string;
  depends_on?: Record<string, unknown>;
  networks: string[];
  secrets?: string[];
  configs?: { source: string }[];
  volumes?: string[];
  ports?: string[];
}
type Files = Record<string, { file: string }>;
const compose = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8')) as {
  services: Record<string, Service>;
  configs: Files;
  secrets: Files;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
};
const services = Object.values(compose.services);
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

test('the loader of the Compose Specification takes the compose file', (context) => {
  const { 'compose-go': load } = needTools(context, 'compose-go');
  const loaded = JSON.parse(runTool(load, ['-format', 'json', join(folder, 'compose.yaml')]));
  expect(Object.keys(loaded.services)).toEqual(sorted(Object.keys(compose.services)));
});

test('services use each network, volume, secret and config that is declared, and no other', () => {
  const used = (pick: (service: Service) => string[] | undefined) =>
    sorted(services.flatMap((service) => pick(service) ?? []));
  expect(used(({ networks }) => networks)).toEqual(sorted(Object.keys(compose.networks)));
  expect(used(({ secrets }) => secrets)).toEqual(sorted(Object.keys(compose.secrets)));
  expect(used(({ configs }) => configs?.map(({ source }) => source))).toEqual(
    sorted(Object.keys(compose.configs)),
  );
  expect(used(({ volumes }) => volumes?.map((one) => one.split(':')[0] ?? ''))).toEqual(
    sorted(Object.keys(compose.volumes)),
  );
  const names = Object.keys(compose.services);
  for (const name of used(({ depends_on }) => Object.keys(depends_on ?? {}))) {
    expect(names).toContain(name);
  }
});

test('images carry a version, and ports open on the loopback address alone', () => {
  for (const { build, image, ports } of services) {
    if (build === undefined) expect(image).toMatch(/:\d+\.\d+/);
    for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});

test('every file that the compose file names is there or made by make-secrets, and the settings are valid', () => {
  for (const { build } of services.filter((service) => service.build)) {
    expect(existsSync(join(folder, build?.context ?? '', build?.dockerfile ?? ''))).toBe(true);
  }
  const { path, remove } = temporaryFolder('secrets');
  onTestFinished(remove);
  cpSync(join(folder, 'make-secrets'), join(path, 'make-secrets'));
  cpSync(join(folder, 'mosquitto'), join(path, 'mosquitto'), { recursive: true });
  const make = () => spawnSync('bash', [join(path, 'make-secrets')], { encoding: 'utf8' });
  expect(make().status).toBe(0);
  for (const { file } of [...Object.values(compose.secrets), ...Object.values(compose.configs)]) {
    expect(existsSync(join(path, file)), file).toBe(true);
  }
  const secrets = join(path, 'secrets');
  const env = Object.entries(compose.services.vigie?.environment ?? {}).map(([name, value]) => [
    name,
    value.replace(/^\$\{\w+:-(.*)\}$/, '$1').replace('/run/secrets', secrets),
  ]);
  const config = loadConfig({ env: Object.fromEntries(env), cwd: path });
  expect(config.kafka?.brokers).toEqual(['kafka:9092']);
  expect(config.adminKey).toHaveLength(48);
  const read = () => readdirSync(secrets).map((name) => readFileSync(join(secrets, name), 'utf8'));
  const before = read();
  make();
  expect(read()).toEqual(before);
  expect(new Set(before).size).toBe(Object.keys(compose.secrets).length);
});
