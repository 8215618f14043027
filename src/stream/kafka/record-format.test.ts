import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime } from '#domain/time.ts';
import { metadataMember, RECEIVED_AT, receivedAtSuffix, TimeWriter } from './record-format.ts';

test('TimeWriter writes what formatTime() writes, in whatever order times come', () => {
  const writer = new TimeWriter();
  const micros = fc.integer({ min: -62_167_219_200_000_000, max: 253_402_300_799_999_000 });
  const whole = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(
      fc.oneof(
        micros.map((us) => us / 1000),
        whole,
      ),
      (ms) => {
        expect(writer.write(ms)).toBe(formatTime(ms));
      },
    ),
  );
});

test('the time of receipt ends a value in a form of fixed length', () => {
  for (const ms of [0, 1_700_000_000_000, 1_700_000_000_001.75]) {
    const suffix = receivedAtSuffix(ms);
    expect(suffix).toHaveLength(RECEIVED_AT.bytes);
    expect(suffix.startsWith(RECEIVED_AT.prefix.toString())).toBe(true);
  }
});

test('metadata are written as a reading carries them', () => {
  const member = metadataMember({
    location: 'lyon "2"',
    calibrationDateMs: 0,
    labels: { site: 'lyon' },
    units: { t: 'Cel' },
    updateWithinMs: 5000,
    name: 'Freezer',
  });
  expect(JSON.parse(`{"x":0${member}}`).metadata).toEqual({
    location: 'lyon "2"',
    calibration_date: '1970-01-01T00:00:00.000Z',
    labels: { site: 'lyon' },
    units: { t: 'Cel' },
    update_within_ms: 5000,
    name: 'Freezer',
  });
});
