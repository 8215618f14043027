import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import {
  ADMIN_KEY,
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../support/spawn-platform.ts';

const ROUNDS = Number(process.env.VIGIE_CRASH_ROUNDS ?? 6);
const SENDERS = 6;
const BATCH = 40;

interface Sender {
  sensorId: string;
  nextMs: number;
  /** Event times that were acknowledged. */
  acknowledged: number[];
  /** Sent, and never answered: may be stored or not. */
  unanswered: number[];
}

function reading(sender: Sender, timeMs: number) {
  const isHot = Math.floor(timeMs / 10) % 500 === 0;
  return {
    sensor_id: sender.sensorId,
    timestamp: new Date(timeMs).toISOString(),
    readings: { temperature: isHot ? 40 : 20 + (timeMs % 1000) / 1000 },
  };
}

/** Sends until the platform is gone. Answers the ids of alerts that were acknowledged. */
async function sendUntilGone(platform: SpawnedPlatform, sender: Sender): Promise<string[]> {
  const alerts: string[] = [];
  for (;;) {
    const times = Array.from({ length: BATCH }, (_, k) => sender.nextMs + k * 10);
    sender.nextMs += BATCH * 10;
    sender.unanswered.push(...times);
    try {
      const answer = await fetch(`${platform.url}/v1/readings`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(times.map((timeMs) => reading(sender, timeMs))),
      });
      if (answer.status !== 200)
        throw new Error(`answered ${answer.status}: ${await answer.text()}`);
      const body = (await answer.json()) as { accepted: number; alerts: { id: string }[] };
      expect(body.accepted).toBe(BATCH);
      alerts.push(...body.alerts.map(({ id }) => id));
      sender.acknowledged.push(...times);
      sender.unanswered.splice(-BATCH);
    } catch (error) {
      if (error instanceof TypeError) return alerts;
      throw error;
    }
  }
}

async function storedTimes(platform: SpawnedPlatform, sensorId: string): Promise<number[]> {
  const times: number[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      metric: 'temperature',
      from: '2026-01-01T00:00:00Z',
      to: '2100-01-01T00:00:00Z',
      limit: '50000',
    });
    if (cursor) query.set('cursor', cursor);
    const { status, body } = await call(
      `${platform.url}/v1/sensors/${sensorId}/readings?${query}`,
      'GET',
    );
    if (status === 404) return [];
    expect(status).toBe(200);
    times.push(...(body.samples as [string, number][]).map(([time]) => Date.parse(time)));
    cursor = body.next_cursor as string | null;
  } while (cursor);
  return times;
}

test(`killed ${ROUNDS} times under load, nothing acknowledged is lost and nothing is stored twice`, {
  timeout: 60_000 + ROUNDS * 15_000,
}, async () => {
  const folder = temporaryFolder('crash');
  onTestFinished(() => folder.remove());
  // The clock of the readings runs ahead of the test's, and stays within the allowed ten minutes.
  const startMs = Date.now() - 300_000;
  const senders: Sender[] = Array.from({ length: SENDERS }, (_, k) => ({
    sensorId: `crash-${k}`,
    nextMs: startMs,
    acknowledged: [],
    unanswered: [],
  }));
  const alertIds = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const platform = await spawnPlatform(folder.path);
    if (round === 0) {
      const rule = { id: 'hot', when: { metric: 'temperature', above: [{ limit: 35 }] } };
      expect((await call(`${platform.url}/v1/rules`, 'POST', rule)).status).toBe(201);
    }
    const sending = senders.map((sender) => sendUntilGone(platform, sender));
    await sleep(300 + Math.random() * 900);
    await platform.kill();
    for (const ids of await Promise.all(sending)) for (const id of ids) alertIds.add(id);
  }
  const platform = await spawnPlatform(folder.path);
  try {
    let acknowledged = 0;
    for (const sender of senders) {
      const stored = await storedTimes(platform, sender.sensorId);
      const distinct = new Set(stored);
      expect(distinct.size, 'a sample is stored twice').toBe(stored.length);
      const missing = sender.acknowledged.filter((time) => !distinct.has(time));
      expect(missing, 'acknowledged and not stored').toEqual([]);
      const known = new Set([...sender.acknowledged, ...sender.unanswered]);
      expect(
        stored.filter((time) => !known.has(time)),
        'stored and never sent',
      ).toEqual([]);
      acknowledged += sender.acknowledged.length;
    }
    expect(acknowledged).toBeGreaterThan(ROUNDS * BATCH);
    expect(alertIds.size).toBeGreaterThan(0);
    for (const id of alertIds)
      expect((await call(`${platform.url}/v1/alerts/${id}`, 'GET')).status).toBe(200);
    // Sending everything again must change nothing.
    const [sender] = senders;
    if (sender) {
      const again = sender.acknowledged.slice(-BATCH).map((timeMs) => reading(sender, timeMs));
      const { body } = await call(`${platform.url}/v1/readings`, 'POST', again);
      expect(body).toMatchObject({ accepted: 0, duplicates: BATCH });
    }
  } finally {
    await platform.stop();
  }
});
