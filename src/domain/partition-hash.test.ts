import { expect, test } from 'vitest';
import { murmur2, partitionOf } from './partition-hash.ts';

test('murmur2() says what the Java client says', () => {
  const known: Record<string, number> = {
    '21': -973932308,
    foobar: -790332482,
    'a-little-bit-long-string': -985981536,
    'a-little-bit-longer-string': -1486304829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    abc: 479470107,
  };
  for (const [text, hash] of Object.entries(known)) expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('partitionOf() stays within the partitions, for negative hashes too', () => {
  for (let n = 0; n < 1000; n++) {
    const partition = partitionOf(Buffer.from(`main/sensor-${n}`), 12);
    expect(partition).toBeGreaterThanOrEqual(0);
    expect(partition).toBeLessThan(12);
  }
});
