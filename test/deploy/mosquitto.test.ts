import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { whyNoMosquitto } from '../support/mosquitto.ts';
import { freePort, temporaryFolder } from '../support/spawn-platform.ts';
import { root } from '../support/tools.ts';

// The broker of the compose file: its own start script and settings, in a folder instead of a container.

const NOBODY = 65534;
const PASSWORDS = { 'mqtt-password': 'of-vigie', 'sensors-password': 'of-sensors' };

/** Starts it as the compose file does, as a user without rights; its port. */
async function startBroker(): Promise<number> {
  const { path, remove } = temporaryFolder('compose-mosquitto');
  onTestFinished(remove);
  const port = await freePort();
  const places = [
    ['/mosquitto/config', join(path, 'config')],
    ['/mosquitto/data', join(path, 'data')],
    ['/run/secrets', join(path, 'secrets')],
    ['/tmp/passwords', join(path, 'data/passwords')],
    ['listener 1883', `listener ${port} 127.0.0.1`],
  ] as const;
  cpSync(join(root, 'deploy/docker/mosquitto'), join(path, 'config'), { recursive: true });
  for (const name of ['mosquitto.conf', 'start.sh']) {
    const file = join(path, 'config', name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      places.reduce((all, [from, to]) => all.replaceAll(from, to), text),
    );
  }
  for (const folder of ['data', 'secrets']) mkdirSync(join(path, folder));
  for (const [name, password] of Object.entries(PASSWORDS)) {
    writeFileSync(join(path, 'secrets', name), password);
  }
  chmodSync(path, 0o755);
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (asNobody.uid) chownSync(join(path, 'data'), NOBODY, NOBODY);
  const env = { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
  const child = spawn('sh', [join(path, 'config/start.sh')], { env, stdio: 'ignore', ...asNobody });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  return port;
}

/** A client of this user; tried until the broker listens. */
async function connectAs(username: string, password: string, port: number): Promise<MqttClient> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      const options = { username, password, port, protocolVersion: 5 as const, reconnectPeriod: 0 };
      const client = await connectAsync(`mqtt://127.0.0.1`, options);
      onTestFinished(() => client.endAsync(true));
      return client;
    } catch (error) {
      if (!String(error).includes('ECONNREFUSED') || Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

test('sensors hand in readings and Vigie hears them; nobody does what is not theirs', async (context) => {
  const missing = whyNoMosquitto();
  if (missing !== undefined) context.skip(missing);
  const port = await startBroker();
  const vigie = await connectAs('vigie', PASSWORDS['mqtt-password'], port);
  const sensor = await connectAs('sensors', PASSWORDS['sensors-password'], port);
  const heardBy = (client: MqttClient) =>
    new Promise((resolve) => client.once('message', (topic, body) => resolve([topic, `${body}`])));
  const [byVigie, bySensor] = [heardBy(vigie), heardBy(sensor)];
  await vigie.subscribeAsync('v1/sensors/+/readings', { qos: 1 });
  await sensor.subscribeAsync(['v1/sensors/#', 'v1/alerts/#'], { qos: 1 });
  await sensor.publishAsync('v1/sensors/s1/readings', 'a reading', { qos: 1 });
  expect(await byVigie).toEqual(['v1/sensors/s1/readings', 'a reading']);
  // Readings of others pass a sensor by: the first that it hears of is the alert.
  await vigie.publishAsync('v1/alerts/s1', 'an alert', { qos: 1 });
  expect(await bySensor).toEqual(['v1/alerts/s1', 'an alert']);
  const forged = sensor.publishAsync('v1/alerts/s1', 'a false one', { qos: 1 });
  await expect(forged).rejects.toThrow('Not authorized');
  await expect(connectAs('sensors', 'wrong', port)).rejects.toThrow();
});
