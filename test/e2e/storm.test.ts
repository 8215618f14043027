import { expect, onTestFinished, test } from 'vitest';
import { call, spawnPlatform, temporaryFolder } from '#test/support/spawn-platform.ts';
import { createWebhookReceiver, type WebhookReceiver } from '#test/support/webhook-receiver.ts';

const ALERTS = 10_000;
/** On a busy machine some come too late for the first digest, and are in the next one, three minutes later. */
const PATIENCE = { timeout: 420_000, interval: 500 };
/** Measured: 450 MB. The process at rest takes 130 MB or more; ten times the alerts may not take ten times the rest. */
const MOST_BYTES = 600e6;

const bodies = (receiver: WebhookReceiver) =>
  receiver.received.map(({ body }) => JSON.parse(body) as { type: string; subject: string });

test('a storm of 10,000 alerts is told whole to a program, by digests to a person, in bounded memory', async () => {
  const folder = temporaryFolder('storm');
  const [program, person] = [
    await createWebhookReceiver(onTestFinished),
    await createWebhookReceiver(onTestFinished),
  ];
  const platform = await spawnPlatform(folder.path, {
    VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
    VIGIE_RATE_LIMIT: '0',
  });
  onTestFinished(async () => {
    await platform.kill();
    folder.remove();
  });
  const put = async (path: string, body: unknown) => {
    const { status } = await call(`${platform.url}${path}`, 'PUT', body);
    expect([path, status]).toEqual([path, 201]);
  };
  await put('/v1/rules/hot', { when: { metric: 'temperature', above: [{ limit: 30 }] } });
  await put('/v1/contacts/program', { channel: 'webhook', settings: { url: program.url } });
  const settings = { url: person.url };
  await put('/v1/contacts/person', { channel: 'webhook', settings, storm: 'digest' });

  let mostBytes = 0;
  const resident = async () => {
    const text = await (await fetch(`${platform.url}/metrics`)).text();
    const bytes = Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
    mostBytes = Math.max(mostBytes, bytes);
    return bytes;
  };
  expect(await resident()).toBeGreaterThan(50e6);
  const readings = Array.from({ length: ALERTS }, (_, at) => {
    return { sensor_id: `oven-${at}`, readings: { temperature: 31 } };
  });
  const answer = await call(`${platform.url}/v1/readings`, 'POST', readings);
  expect(answer.body).toMatchObject({ accepted: ALERTS, rejected: [] });
  expect(answer.body.alerts).toHaveLength(ALERTS);

  const listed = () =>
    bodies(person).reduce((sum, body) => {
      const { alerts = [] } = (body as unknown as { data: { alerts?: unknown[] } }).data;
      return sum + (body.type === 'vigie.alert.digest' ? alerts.length : 1);
    }, 0);
  await expect
    .poll(async () => {
      await resident();
      return [program.received.length >= ALERTS, listed() >= ALERTS];
    }, PATIENCE)
    .toEqual([true, true]);

  const ovens = readings.map(({ sensor_id: id }) => id).toSorted();
  expect(
    bodies(program)
      .map(({ subject }) => subject)
      .toSorted(),
  ).toEqual(ovens);
  const told = bodies(person).flatMap((body) => {
    const { alerts } = (body as unknown as { data: { alerts?: { sensor_id: string }[] } }).data;
    return body.type === 'vigie.alert.digest' ? alerts!.map((one) => one.sensor_id) : body.subject;
  });
  expect(told.toSorted()).toEqual(ovens);
  // Ten by themselves, and digests of at most 2,000.
  expect(person.received.length).toBeLessThan(25);
  const { body } = await call(`${platform.url}/v1/alerts?sensor_id=oven-0`, 'GET');
  expect(body.items).toMatchObject([{ state: 'active', first_of_storm: true }]);
  expect(mostBytes).toBeLessThan(MOST_BYTES);
}, 480_000);
