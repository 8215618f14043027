import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import type { IPublishPacket, MqttClient } from 'mqtt';
import { Value } from 'typebox/value';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#domain/time.ts';
import { makeCertificate } from '#test/support/certificate.ts';
import { type Mosquitto, startMosquitto, whyNoMosquitto } from '#test/support/mosquitto.ts';
import { sendRequest } from '#test/support/send-request.ts';
import { temporaryFolder } from '#test/support/spawn-platform.ts';
import { watchUncaught } from '#test/support/uncaught.ts';
import { until } from '#test/support/until.ts';
import type { ChannelOptions, ChannelSettings } from '../channel.ts';
import { MqttSettings } from './mqtt.schema.ts';
import { createMqttChannel } from './mqtt.ts';

const obstacle = whyNoMosquitto();
const topic = 'site/alarms';

function setUp(settings: ChannelSettings, options: Partial<ChannelOptions> = {}) {
  const channel = createMqttChannel({
    allowPrivate: true,
    clock: systemClock,
    publicUrl: 'https://vigie.example.org',
    ...options,
  });
  onTestFinished(() => channel.close());
  const contact = { channel: 'mqtt', settings: { topic, ...settings } };
  const send = (changes: Parameters<typeof sendRequest>[1] = {}) =>
    channel.send(sendRequest(contact, changes));
  return { channel, send };
}

interface Heard {
  topic: string;
  payload: string;
  packet: IPublishPacket;
}

/** Everything that a subscriber hears from now on. */
async function listen(client: MqttClient, filter = '#'): Promise<Heard[]> {
  const heard: Heard[] = [];
  client.on('message', (at, payload, packet) => {
    heard.push({ topic: at, payload: payload.toString(), packet });
  });
  await client.subscribeAsync(filter, { qos: 1 });
  return heard;
}

async function createMosquitto(settings?: (folder: string) => readonly string[]) {
  const broker = await startMosquitto(settings === undefined ? {} : { settings });
  return { broker, url: `mqtt://127.0.0.1:${broker.port}` };
}

describe.skipIf(obstacle !== undefined)('a topic of Mosquitto', () => {
  test('gets the event, with QoS 1 and its type, and the PUBACK is the receipt', async () => {
    const { broker, url } = await createMosquitto();
    const heard = await listen(await broker.client({ protocolVersion: 5 }));
    const { send } = setUp({ url });
    expect(await send()).toEqual({ ok: true, receipt: 'PUBACK' });
    await until(() => heard.length === 1);
    const [{ payload, packet, ...rest }] = heard as [Heard];
    expect(rest.topic).toBe(topic);
    expect(packet).toMatchObject({
      qos: 1,
      retain: false,
      properties: { contentType: 'application/cloudevents+json' },
    });
    expect(JSON.parse(payload)).toMatchObject({
      specversion: '1.0',
      id: '019ab7f0-0000-7000-8000-000000000001',
      type: 'vigie.alert.raised',
      data: { alert: { id: 'alert-1' }, message: expect.stringContaining('Freezer 3') },
    });
  });

  test.each([
    [true, 1],
    [false, 0],
  ])('keeps the last message: %s', async (retain, count) => {
    const { broker, url } = await createMosquitto();
    const { send } = setUp({ url, retain, topic: 'site/{sensor}' });
    await send();
    await send({ type: 'cleared' });
    const heard = await listen(await broker.client());
    // What is published after the subscription comes after what was kept.
    await send({ type: 'test', payload: null });
    await until(() => heard.some(({ topic: at }) => at === 'site/test'));
    const kept = heard.filter(({ packet }) => packet.retain);
    expect(kept.map(({ payload }) => JSON.parse(payload).type)).toEqual(
      Array(count).fill('vigie.alert.cleared'),
    );
  });

  test('is named by sensor and alert, whose ids stay one level each', async () => {
    const { broker, url } = await createMosquitto();
    const heard = await listen(await broker.client());
    const { send } = setUp({ url, topic: 'site/{sensor}/{alert}' });
    const { payload } = sendRequest({ channel: 'mqtt', settings: {} });
    await send({ payload: { ...payload!, sensor: { ...payload!.sensor, id: 'hall/1+#' } } });
    await until(() => heard.length === 1);
    expect(heard[0]!.topic).toBe('site/hall_1__/alert-1');
  });

  test('a second attempt says the same, over the same connection', async () => {
    const { broker, url } = await createMosquitto((folder) => [
      'allow_anonymous true',
      `log_dest file ${join(folder, 'log')}`,
    ]);
    const heard = await listen(await broker.client(), topic);
    const log = () => readFileSync(join(broker.folder, 'log'), 'utf8');
    const { send } = setUp({ url });
    await send();
    await send();
    await until(() => heard.length === 2);
    expect(heard[0]!.payload).toBe(heard[1]!.payload);
    expect(log().match(/New client connected/g)).toHaveLength(2);
  });

  test('that may not be written to is refused with the reason of the broker', async () => {
    const { url } = await createMosquitto((folder) => {
      const file = join(folder, 'acl');
      writeFileSync(file, 'topic read #\n', { mode: 0o600 });
      return ['allow_anonymous true', `acl_file ${file}`];
    });
    const { send } = setUp({ url });
    expect(await send()).toMatchObject({
      ok: false,
      retryable: true,
      isRefusal: true,
      detail: expect.stringMatching(/the broker refuses: .*Not authorized/),
    });
  });

  test('that takes no message of this size ends it', async () => {
    const { url } = await createMosquitto(() => ['allow_anonymous true', 'max_packet_size 300']);
    expect(await setUp({ url }).send()).toEqual({
      ok: false,
      retryable: false,
      detail: 'the broker refuses: it ended the connection (reason 149)',
    });
  });

  test('over TLS with a password: as the broker wants, and with nothing else', async () => {
    const files = temporaryFolder('tls');
    onTestFinished(() => files.remove());
    const { cert, key } = makeCertificate(files.path);
    const broker: Mosquitto = await startMosquitto({
      protocol: 'mqtts',
      settings(folder) {
        const passwords = join(folder, 'passwords');
        writeFileSync(passwords, 'vigie:lighthouse\n', { mode: 0o600 });
        spawnSync('mosquitto_passwd', ['-U', passwords]);
        const files = [`certfile ${cert}`, `keyfile ${key}`];
        return ['allow_anonymous false', `password_file ${passwords}`, ...files];
      },
    });
    const ca = readFileSync(cert, 'utf8');
    const url = `mqtts://127.0.0.1:${broker.port}`;
    const good = { url, ca, username: 'vigie', password: 'lighthouse' };
    expect(await setUp(good).send()).toMatchObject({ ok: true });
    expect(await setUp({ ...good, password: 'wrong' }).send()).toMatchObject({
      retryable: true,
      isRefusal: true,
      detail: expect.stringContaining('Not authorized'),
    });
    const { ca: _ca, ...untrusting } = good;
    expect(await setUp(untrusting).send()).toMatchObject({
      retryable: true,
      detail: expect.stringContaining('self-signed certificate'),
    });
  });

  test('is reached again once its broker is back', async () => {
    const { broker, url } = await createMosquitto();
    const { send } = setUp({ url });
    expect(await send()).toMatchObject({ ok: true });
    await broker.kill();
    expect(await send()).toMatchObject({ ok: false, retryable: true });
    await broker.start();
    expect(await send()).toMatchObject({ ok: true });
  });

  test('in the own network is refused when the contact is made and when it is sent', async () => {
    const { broker, url } = await createMosquitto();
    const heard = await listen(await broker.client());
    for (const address of [url, url.replace('127.0.0.1', 'broker.example.org')]) {
      const { channel, send } = setUp(
        { url: address },
        {
          allowPrivate: false,
          resolver: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
        },
      );
      const isLiteral = address === url;
      expect(channel.findProblems({ url: address, topic })).toHaveLength(isLiteral ? 1 : 0);
      expect(await send()).toMatchObject({
        ok: false,
        retryable: false,
        detail: expect.stringContaining('private_address_refused'),
      });
    }
    expect(heard).toEqual([]);
  });
});

test.skipIf(obstacle === undefined)('a topic of Mosquitto: left out', ({ skip }) => {
  skip(obstacle);
});

/** A server that does with each connection what a test wants. */
async function createSocketServer(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

describe('a broker that', () => {
  test('speaks MQTT 3.1.1 only is spoken to so', async () => {
    const aedes = await Aedes.createBroker();
    onTestFinished(() => new Promise((resolve) => aedes.close(() => resolve())));
    const taken: string[] = [];
    aedes.on('publish', ({ topic: at, payload }) => {
      if (at === topic) taken.push(payload.toString());
    });
    const { url } = await createSocketServer((socket) => aedes.handle(socket));
    expect(await setUp({ url }).send()).toEqual({ ok: true, receipt: 'PUBACK' });
    expect(JSON.parse(taken[0]!)).toMatchObject({ type: 'vigie.alert.raised' });
  });

  test('says nothing is left when the time is up', async () => {
    const { url, sockets } = await createSocketServer((socket) => socket.resume());
    const outcome = await setUp({ url }).send({ signal: AbortSignal.timeout(300) });
    expect(outcome).toEqual({ ok: false, retryable: true, detail: 'no answer in time' });
    await until(() => [...sockets].every((socket) => socket.destroyed));
  });

  test('takes the message and acknowledges nothing is left when the time is up', async () => {
    const { url } = await createSocketServer((socket) => {
      // CONNACK of MQTT 5, without properties.
      socket.once('data', () => socket.write(Buffer.from([0x20, 3, 0, 0, 0])));
    });
    const outcome = await setUp({ url }).send({ signal: AbortSignal.timeout(500) });
    expect(outcome).toEqual({ ok: false, retryable: true, detail: 'no answer in time' });
  });

  test('breaks the connection may be tried again', async () => {
    const { url } = await createSocketServer((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    expect(await setUp({ url }).send()).toMatchObject({ ok: false, retryable: true });
  });

  test.each([
    ['a message', Buffer.from([0x34, 3, 0, 1, 0x78])],
    ['a PUBREL', Buffer.from([0x62, 0])],
  ])('sends %s without an id may be tried again', async (_, fault) => {
    const errors = watchUncaught();
    const { url } = await createSocketServer((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
        socket.once('data', () => socket.write(fault));
      });
    });
    expect(await setUp({ url }).send()).toEqual({
      ok: false,
      retryable: true,
      detail: 'the broker sent a packet without its id',
    });
    expect(errors).toEqual([]);
  });

  test('closes before the PUBACK may be tried again', async () => {
    const { url } = await createSocketServer((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
        socket.once('data', () => socket.end());
      });
    });
    expect(await setUp({ url }).send()).toEqual({
      ok: false,
      retryable: true,
      detail: 'the broker closed the connection',
    });
  });

  test('is not there may be tried again', async () => {
    expect(await setUp({ url: 'mqtt://127.0.0.1:1' }).send()).toMatchObject({
      retryable: true,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each([
    [151, true],
    [144, false],
    [153, false],
  ])('refuses the message with %d: may be tried again: %s', async (code, retryable) => {
    const { url } = await createSocketServer((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
        let packet = Buffer.alloc(0);
        let isAnswered = false;
        socket.on('data', (part: Buffer) => {
          packet = Buffer.concat([packet, part]);
          const at = packet.indexOf(topic) + topic.length;
          if (isAnswered || packet.length < at + 2 || at < topic.length) return;
          isAnswered = true;
          socket.write(Buffer.from([0x40, 3, packet[at]!, packet[at + 1]!, code]));
        });
      });
    });
    expect(await setUp({ url }).send()).toMatchObject({ ok: false, retryable });
  });
});

test.each([
  ['url', 'http://example.org'],
  ['topic', 'a/+'],
  ['topic', '#'],
  ['topic', ''],
  ['ca', 'not a certificate'],
  ['wat', 1],
])('%s cannot be %j', (field, value) => {
  const settings = { url: 'mqtts://broker.example.org', topic };
  expect(Value.Check(MqttSettings, settings)).toBe(true);
  expect(Value.Check(MqttSettings, { ...settings, [field]: value })).toBe(false);
});

test('a password within the address is refused: it would be shown', () => {
  const { channel } = setUp({ url: 'mqtt://broker.example.org' });
  const settings = { url: 'mqtt://anne:secret@broker.example.org', topic };
  expect(channel.findProblems(settings)).toMatchObject([{ pointer: '/url' }]);
  expect(channel.secretFields).toContain('password');
});

test('the sample in the README is a contact of this channel', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const sample = JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)![1]!);
  expect(sample.channel).toBe('mqtt');
  expect(Value.Check(MqttSettings, sample.settings)).toBe(true);
});
