import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { KAFKA_JARS, whatKafkaLacks } from './kafka-jars.ts';
import { freePort, temporaryFolder } from './spawn-platform.ts';

/** Starts quickly and stays small; nobody measures it. */
const JAVA_OPTIONS = ['-Xmx384m', '-Xms128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const READY_MS = 60_000;

interface KafkaNode {
  readonly address: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again over the same files; resolves once it listens. */
  start(): Promise<void>;
}

export interface KafkaCluster {
  /** What VIGIE_KAFKA_BROKERS takes. */
  readonly brokers: string;
  readonly nodes: readonly KafkaNode[];
  stop(): Promise<void>;
}

/** The listener that clients use. Lines of `server.properties`, and what the storage is formatted with. */
export interface KafkaSecurity {
  protocol: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SSL';
  properties?: Readonly<Record<string, string>>;
  formatOptions?: readonly string[];
}

/** Why the tests that need Kafka are left out here. Under CI nothing may be left out. */
export function kafkaIsMissing(): boolean {
  const lack = whatKafkaLacks();
  if (lack === undefined) return false;
  if (process.env.CI === 'true') throw new Error(`Kafka cannot be run: ${lack}`);
  console.warn(`left out, because ${lack}`);
  return true;
}

/** Apache Kafka's own broker (KRaft) on free ports of the loopback address; gone with the test. */
export async function createKafka(
  options: { nodes?: 1 | 3; security?: KafkaSecurity } = {},
): Promise<KafkaCluster> {
  const cluster = await startKafka(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

export async function startKafka({
  nodes: count = 1,
  security = { protocol: 'PLAINTEXT' },
}: {
  nodes?: 1 | 3;
  security?: KafkaSecurity;
} = {}): Promise<KafkaCluster> {
  const folder = temporaryFolder('kafka');
  const members: { id: number; port: number; controllerPort: number }[] = [];
  for (let id = 1; id <= count; id++) {
    members.push({ id, port: await freePort(), controllerPort: await freePort() });
  }
  const voters = members.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
  const clusterId = newClusterId();
  const nodes = members.map((member) => {
    const home = join(folder.path, String(member.id));
    mkdirSync(home);
    const settings = join(home, 'server.properties');
    writeFileSync(settings, propertiesOf(member, { voters, count, security, home }));
    format(settings, [...['-t', clusterId], ...(security.formatOptions ?? [])]);
    return createNode(settings, member.port);
  });
  const cluster: KafkaCluster = {
    brokers: members.map(({ port }) => `127.0.0.1:${port}`).join(','),
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      folder.remove();
    },
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** As Kafka's own Uuid.randomUuid: never with `-` at its begin, which its tools would take for an option. */
function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('base64url');
}

function propertiesOf(
  member: { id: number; port: number; controllerPort: number },
  about: { voters: string[]; count: number; security: KafkaSecurity; home: string },
): string {
  const { id, port, controllerPort } = member;
  const { voters, count, security, home } = about;
  const copies = String(count);
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters.join(','),
    listeners: `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map': `CLIENT:${security.protocol},CONTROLLER:PLAINTEXT`,
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(home, 'data'),
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    'broker.session.timeout.ms': '4000',
    'broker.heartbeat.interval.ms': '1000',
    ...security.properties,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const java = (main: string, ...rest: string[]) => [
  ...JAVA_OPTIONS,
  '-cp',
  join(KAFKA_JARS, '*'),
  main,
  ...rest,
];

function format(settings: string, options: readonly string[]): void {
  const command = java('kafka.tools.StorageTool', 'format', ...options, '-c', settings);
  const { status, stderr, stdout } = spawnSync('java', command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the storage of Kafka was not formatted: ${stdout}${stderr}`);
}

function createNode(settings: string, port: number): KafkaNode {
  let child: ChildProcess | undefined;
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-20_000);
  };
  return {
    address: `127.0.0.1:${port}`,
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child?.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    },
    async start() {
      child = spawn('java', java('kafka.Kafka', settings), { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout?.on('data', collect);
      child.stderr?.on('data', collect);
      const deadline = Date.now() + READY_MS;
      while (Date.now() < deadline) {
        if (child.exitCode !== null) throw new Error(`Kafka ended:\n${output}`);
        if (await listens(port)) return;
        await sleep(50);
      }
      throw new Error(`Kafka was not ready within ${READY_MS / 1000} s:\n${output}`);
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
