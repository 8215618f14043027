import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { KafkaSettings } from '#stream/kafka/client-options.ts';
import { KafkaStream } from '#stream/kafka/kafka-stream.ts';
import { TOPICS } from '#stream/kafka/topics.ts';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { kafkaSettings, readTopic, silentLog, submissionOf } from '#test/support/kafka-records.ts';
import { createGateway } from '#test/support/scale-out.ts';
import { temporaryFolder } from '#test/support/spawn-platform.ts';
import { watchUncaught } from '#test/support/uncaught.ts';
import { until } from '#test/support/until.ts';

const USER = { username: 'vigie', password: 'secret "word"' };
const escaped = USER.password.replaceAll('"', '\\"').replaceAll('\\', '\\\\');
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

function jaas(module: string, extra = ''): string {
  return `org.apache.kafka.common.security.${module} required username="${USER.username}" password="${escaped}"${extra};`;
}

async function writesAndReads(settings: KafkaSettings): Promise<void> {
  const stream = await createGateway(settings);
  await stream.publish(submissionOf([{ sensor_id: 'a', readings: { t: 1 } }]));
  expect(await readTopic(settings, TOPICS.readings)).toHaveLength(1);
}

/** A certificate for the loopback address that signs itself. */
function makeCertificate(): { ca: string; keystore: string; certificate: string } {
  const folder = temporaryFolder('tls');
  onTestFinished(folder.remove);
  const [key, certificate, keystore] = ['key', 'certificate', 'keystore'].map((name) =>
    join(folder.path, `${name}.pem`),
  ) as [string, string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  writeFileSync(keystore, `${readFileSync(key, 'utf8')}${readFileSync(certificate, 'utf8')}`);
  return { ca: readFileSync(certificate, 'utf8'), keystore, certificate };
}

describe.skipIf(kafkaIsMissing())('a broker that lets only those in whom it knows', () => {
  test('users sign in by PLAIN and both SCRAM mechanisms; a wrong password is refused and said', async () => {
    const scram = MECHANISMS.slice(1).flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${USER.username},password=${USER.password}]`,
    ]);
    const kafka = await createKafka({
      security: {
        protocol: 'SASL_PLAINTEXT',
        properties: {
          'sasl.enabled.mechanisms': MECHANISMS.join(','),
          'sasl.mechanism.inter.broker.protocol': 'PLAIN',
          'listener.name.client.plain.sasl.jaas.config': jaas(
            'plain.PlainLoginModule',
            ` user_${USER.username}="${escaped}"`,
          ),
          'listener.name.client.scram-sha-256.sasl.jaas.config': jaas('scram.ScramLoginModule'),
          'listener.name.client.scram-sha-512.sasl.jaas.config': jaas('scram.ScramLoginModule'),
        },
        formatOptions: scram,
      },
    });
    const of = (mechanism: (typeof MECHANISMS)[number], password = USER.password) =>
      kafkaSettings(kafka.brokers, { sasl: { mechanism, username: USER.username, password } });
    await writesAndReads(of('PLAIN'));
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
      const stream = await createGateway(of(mechanism));
      await stream.publish(submissionOf([{ sensor_id: mechanism, readings: { t: 1 } }]));
    }
    const refused = new KafkaStream({
      settings: of('SCRAM-SHA-512', 'wrong'),
      clientId: 'x',
      log: silentLog(),
      queueBytes: 1000,
    });
    onTestFinished(() => refused.stop());
    refused.start();
    await sleep(3000);
    expect(refused.failure).toMatchObject({ code: 'storage_unavailable' });
  });

  test('TLS with an authority of its own is used; without that authority nothing is sent', async () => {
    const { ca, keystore, certificate } = makeCertificate();
    const kafka = await createKafka({
      security: {
        protocol: 'SSL',
        properties: {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.location': keystore,
          'ssl.truststore.type': 'PEM',
          'ssl.truststore.location': certificate,
        },
      },
    });
    await writesAndReads(kafkaSettings(kafka.brokers, { tls: { ca } }));
    const untrusting = new KafkaStream({
      settings: kafkaSettings(kafka.brokers, { tls: { ca: undefined } }),
      clientId: 'x',
      log: silentLog(),
      queueBytes: 1000,
    });
    onTestFinished(() => untrusting.stop());
    untrusting.start();
    await sleep(3000);
    expect(untrusting.failure).toMatchObject({ code: 'storage_unavailable' });
  });
});

/** The right head of an answer, and then nothing but zeros: no message of SCRAM. */
function answerZeros(socket: Socket): void {
  socket.on('data', (request: Buffer) => {
    const answer = Buffer.alloc(48);
    answer.writeInt32BE(answer.length - 4);
    request.copy(answer, 4, 8, 12);
    socket.write(answer);
  });
}

test.each([
  [
    'breaks connections off',
    (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy()),
  ],
  ['answers nothing that makes sense', answerZeros],
])('a broker that %s while they sign in ends no process', async (_, fault) => {
  let connections = 0;
  const open = new Set<Socket>();
  const broker = createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined);
    fault(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    broker.close();
  });
  await until(() => broker.listening);
  const { port } = broker.address() as { port: number };
  const errors = watchUncaught();
  const stream = new KafkaStream({
    settings: kafkaSettings(`127.0.0.1:${port}`, { sasl: { mechanism: 'SCRAM-SHA-256', ...USER } }),
    clientId: 'x',
    log: silentLog(),
    queueBytes: 1000,
  });
  onTestFinished(() => stream.stop());
  stream.start();
  await until(() => connections >= 3);
  await stream.stop();
  expect(stream.failure).toMatchObject({ code: 'shutting_down' });
  expect(errors).toEqual([]);
});
