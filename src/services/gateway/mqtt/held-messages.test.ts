import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { Metrics } from '#platform/metrics.ts';
import { GatedStream } from '#test/support/gated-stream.ts';
import { parseJson } from '../formats/json.ts';
import { HeldBudget } from './held-budget.ts';
import { HeldMessages } from './held-messages.ts';
import { acknowledgement } from './message-batch.ts';

function open(stream = new GatedStream()) {
  const budget = new HeldBudget({ maxMessages: 100, maxBytes: 100_000 });
  const sent: string[] = [];
  const failures: unknown[] = [];
  const held = new HeldMessages({
    stream,
    budget,
    metrics: new Metrics(),
    limits: { messages: 3, bytes: 10_000 },
    sender: () => ({ customer: 'main' }),
    onStored: (packets) => sent.push(packets?.toString('hex') ?? ''),
    onFailed: (error) => failures.push(error),
  });
  const add = (value: number, qos: 0 | 1 | 2 = 1) =>
    held.add({
      parsed: parseJson(Buffer.from(`{"sensor_id":"a","readings":{"t":${value}}}`), {
        limits: DEFAULT_LIMITS,
        receivedMs: value,
      }),
      bytes: 200,
      receivedMs: value,
      arrivedAt: performance.now(),
      acknowledgement: qos === 0 ? 0 : acknowledgement(qos === 1 ? 'puback' : 'pubrec', value),
    });
  return { stream, held, budget, sent, failures, add };
}

const valuesOf = ({ stream }: { stream: GatedStream }) =>
  stream.submissions.map(({ parsed }) => [...parsed.batch.values]);

test('messages are acknowledged in their order, after their commit, and those without QoS not at all', async () => {
  const room = open();
  room.stream.hold();
  room.add(1);
  room.add(2, 0);
  room.add(3, 2);
  room.held.flush();
  await turn();
  expect(room.sent).toEqual([]);
  expect(room.budget.messages).toBe(3);
  room.stream.release();
  await room.held.settled;
  expect(room.sent).toEqual(['4002000150020003']);
  expect(room.budget.messages).toBe(0);
  expect(room.budget.bytes).toBe(0);
});

test('what comes while others are being stored follows as one submission', async () => {
  const room = open();
  room.stream.hold();
  for (const value of [1, 2, 3, 4]) {
    room.add(value);
    room.held.flush();
  }
  expect(room.held.hasRoom).toBe(false);
  room.stream.release();
  await room.held.settled;
  expect(valuesOf(room)).toEqual([[1], [2, 3, 4]]);
  expect(room.held.hasRoom).toBe(true);
});

test('what the stream does not take is offered again, before anything that came later', async () => {
  const room = open();
  room.stream.failWith(new VigieError('overloaded', 'full'), 2);
  room.add(1);
  room.held.flush();
  await turn();
  room.add(2);
  room.held.flush();
  await room.held.settled;
  expect(valuesOf(room)).toEqual([[1], [1], [1], [2]]);
  expect(room.sent).toEqual(['40020001', '40020002']);
  expect(room.failures).toEqual([]);
});

test('a failure that no retry mends is reported and nothing of it acknowledged', async () => {
  const room = open();
  room.stream.failWith(new VigieError('internal', 'broken'), 1);
  room.add(1);
  room.held.flush();
  await room.held.settled;
  expect(room.failures).toHaveLength(1);
  expect(room.sent).toEqual([]);
  expect(room.budget.messages).toBe(0);
});

test('a connection that ends stops the retries, and what it had sent besides is offered once', async () => {
  const room = open();
  room.stream.failWith(new VigieError('storage_full', 'full'), 1000);
  room.add(1);
  room.held.flush();
  await turn();
  room.add(2, 0);
  room.held.close();
  await room.held.settled;
  expect(valuesOf(room)).toEqual([[1], [2]]);
  expect(room.failures).toEqual([]);
  expect(room.budget.messages).toBe(0);
});
