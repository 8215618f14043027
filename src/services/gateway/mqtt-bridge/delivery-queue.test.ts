import { expect, onTestFinished, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { systemClock } from '#domain/time.ts';
import { createLogger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import type { IngestOutcome, Submission } from '#stream/reading-stream.ts';
import { GatedStream } from '#test/support/gated-stream.ts';
import { ReceiptClock } from '../receipt-clock.ts';
import { DeliveryQueue } from './delivery-queue.ts';

function createQueue(stream = new GatedStream(), bounds = {}) {
  const stored: number[] = [];
  const metrics = new Metrics();
  const queue = new DeliveryQueue({
    context: {
      stream,
      customer: 'main',
      limits: DEFAULT_LIMITS,
      receipts: new ReceiptClock(systemClock),
      metrics,
      log: createLogger({ level: 'silent' }),
      maxMessages: 100,
      maxBytes: 1_000_000,
      ...bounds,
    },
    onStored: (messageIds) => stored.push(...messageIds),
  });
  onTestFinished(() => {
    queue.close();
    stream.release();
  });
  const add = (messageId: number, value: unknown = messageId) => {
    const payload = Buffer.from(JSON.stringify({ readings: { t: value } }));
    const topic = { kind: 'readings', sensorId: 'freezer' } as const;
    queue.add({ topic, payload, payloadBytes: payload.length }, messageId);
  };
  return { queue, stream, stored, metrics, add };
}

/** A stream that cannot evaluate one value, whatever comes with it, as a fault of the program would. */
class FaultyStream extends GatedStream {
  override publish(submission: Submission): Promise<IngestOutcome> {
    if (submission.parsed.batch.values.includes(13)) {
      this.submissions.push(submission);
      return Promise.reject(new VigieError('internal', 'a fault'));
    }
    return super.publish(submission);
  }
}

test('what comes while messages are stored is stored together, in order, and acknowledged then', async () => {
  const { queue, stream, stored, add } = createQueue();
  stream.hold();
  for (let id = 1; id <= 10; id++) add(id);
  expect(stored).toEqual([]);
  expect(queue.messages).toBe(10);
  stream.release();
  await queue.settled;
  expect(stored).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(stream.submissions).toHaveLength(2);
  expect(stream.readings.map(([, value]) => value)).toEqual(stored);
  expect(queue.messages).toBe(0);
});

test('while the stream takes nothing, messages are offered again and again', async () => {
  const { queue, stream, stored, add } = createQueue();
  stream.failWith(new VigieError('storage_full', 'full'), 4);
  add(1);
  add(2);
  await queue.settled;
  expect(stored).toEqual([1, 2]);
  expect(stream.submissions.length).toBeGreaterThan(4);
});

test('there is no room beyond the bounds, until something has been stored', async () => {
  const { queue, stream, add } = createQueue(new GatedStream(), { maxMessages: 3 });
  stream.hold();
  for (let id = 1; id <= 3; id++) {
    expect(queue.hasRoom).toBe(true);
    add(id);
  }
  expect(queue.hasRoom).toBe(false);
  stream.release();
  await queue.settled;
  expect(queue.hasRoom).toBe(true);
  const small = createQueue(new GatedStream(), { maxBytes: 10 });
  small.stream.hold();
  small.add(1);
  expect(small.queue.hasRoom).toBe(false);
});

test('a message that cannot be evaluated ends as a dead letter; those beside it are stored', async () => {
  const { queue, stream, stored, metrics, add } = createQueue(new FaultyStream());
  for (const id of [11, 12, 13, 14]) add(id);
  await queue.settled;
  expect(stored).toEqual([11, 12, 13, 14]);
  expect(stream.refused).toMatchObject([
    { code: 'internal', sensorId: 'freezer', payload: '{"readings":{"t":13}}' },
  ]);
  const { text } = await metrics.render();
  expect(text).toContain('vigie_readings_total{outcome="accepted",source="mqtt"} 3\n');
  expect(text).toContain('vigie_readings_total{outcome="rejected",source="mqtt"} 1\n');
});

test('after the end of the connection the broker keeps what was not being stored, but for QoS 0', async () => {
  const { queue, stream, add } = createQueue();
  stream.hold();
  add(1);
  add(2);
  add(0, 99);
  queue.close();
  stream.release();
  await queue.settled;
  expect(stream.readings.map(([, value]) => value)).toEqual([1, 99]);
  expect(queue.messages).toBe(0);
});
