import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publishPacket } from '#test/support/mqtt-packets.ts';
import { FrameReader } from './frame-reader.ts';

const KiB = 1024;

const publish = (payload: Buffer) =>
  publishPacket({ topic: 'v1/sensors/a/readings', payload, messageId: 7 });

function bodiesOf(reader: FrameReader, chunks: readonly Buffer[]): Buffer[] {
  const bodies: Buffer[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    while (reader.next()) bodies.push(Buffer.from(reader.bytes.subarray(reader.start, reader.end)));
  }
  return bodies;
}

test('packets come out the same however the bytes are cut', () => {
  const packets = [0, 1, 100, 127, 128, 300, 20_000].map((size) => publish(Buffer.alloc(size, 65)));
  packets.push(Buffer.from([0xc0, 0x00]));
  const bytes = Buffer.concat(packets);
  const whole = bodiesOf(new FrameReader(64 * KiB), [bytes]);
  expect(whole).toHaveLength(packets.length);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
      const bodies = bodiesOf(new FrameReader(64 * KiB), chunks);
      expect(Buffer.concat(bodies).equals(Buffer.concat(whole))).toBe(true);
      expect(bodies.map(({ length }) => length)).toEqual(whole.map(({ length }) => length));
    }),
  );
});

test('an oversized PUBLISH is read to its end, its head is kept, and what follows is whole', () => {
  const large = publish(Buffer.alloc(600 * KiB, 66));
  const small = publish(Buffer.from('{}'));
  const reader = new FrameReader(200 * KiB);
  const bytes = Buffer.concat([large, small]);
  const seen: { kept: number; sent: number }[] = [];
  for (let at = 0; at < bytes.length; at += 10_000) {
    reader.push(bytes.subarray(at, at + 10_000));
    expect(reader.incompleteBytes).toBeLessThanOrEqual(128 * KiB);
    while (reader.next()) seen.push({ kept: reader.end - reader.start, sent: reader.bodyBytes });
  }
  expect(seen).toHaveLength(2);
  expect(seen[0]?.sent).toBe(large.length - 4);
  expect(seen[0]?.kept).toBeGreaterThan(64 * KiB);
  expect(seen[1]).toEqual({ kept: small.length - 2, sent: small.length - 2 });
});

test('an oversized packet of another kind, and a length of five bytes, are violations', () => {
  const subscribe = new FrameReader(1000);
  subscribe.push(Buffer.from([0x82, 0xff, 0x7f]));
  expect(() => subscribe.next()).toThrow('packet of');
  const endless = new FrameReader(1000);
  endless.push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]));
  expect(() => endless.next()).toThrow('malformed length');
});

test('the size of an incomplete packet is known as soon as its header is', () => {
  const reader = new FrameReader(512 * KiB);
  const bytes = publish(Buffer.alloc(300 * KiB));
  reader.push(bytes.subarray(0, 1));
  expect(reader.next()).toBe(false);
  reader.push(bytes.subarray(1, 50));
  expect(reader.next()).toBe(false);
  expect(reader.incompleteBytes).toBe(bytes.length);
  reader.push(bytes.subarray(50));
  expect(reader.next()).toBe(true);
  expect(reader.incompleteBytes).toBe(0);
});
