import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '#test/support/rule-run.ts';
import { Cadence } from './cadence.ts';

const START = Date.parse('2026-11-22T00:00:00Z');

/** A sensor that sends live; `at` moves on. */
class Live {
  readonly cadence = new Cadence();
  at = START;

  send(count: number, everyMs: number): this {
    for (let n = 0; n < count; n++) {
      this.cadence.update(this.at, this.at + 150);
      this.at += everyMs;
    }
    return this;
  }

  pause(ms: number): this {
    this.at += ms;
    return this;
  }

  get intervalMs(): number | undefined {
    return this.cadence.intervalMs;
  }
}

/** Does the `silent` rule of everyone call it silent after a pause of this length? */
const isSilentAfter = (cadence: Cadence, gapMs: number) =>
  gapMs > Math.max(3 * (cadence.intervalMs ?? Number.POSITIVE_INFINITY), MINUTE);

describe('Cadence', () => {
  test('is unknown before ten readings, and exact after ten regular ones', () => {
    const live = new Live().send(9, 10 * SECOND);
    expect(live.intervalMs).toBeUndefined();
    expect(live.cadence.eventIntervalMs).toBeUndefined();
    expect(live.send(1, 10 * SECOND).intervalMs).toBe(10 * SECOND);
  });

  test('learns the interval of events from a buffer that comes in at once', () => {
    const cadence = new Cadence();
    for (let n = 0; n < 10; n++) cadence.update(START + n * 10 * SECOND, START + DAY);
    expect(cadence.intervalMs).toBe(10 * SECOND);
  });

  test.each([
    ['an outage of a day', DAY],
    ['a lost reading', 10 * SECOND],
  ])('is not misled by %s', (_name, gapMs) => {
    const live = new Live()
      .send(50, 10 * SECOND)
      .pause(gapMs)
      .send(2, 10 * SECOND);
    expect(live.intervalMs).toBeLessThan(12 * SECOND);
    live.send(30, 10 * SECOND);
    expect(live.intervalMs).toBeCloseTo(10 * SECOND, -2);
  });

  test('is not misled by the buffer that is sent after an outage', () => {
    const live = new Live().send(50, 10 * SECOND);
    const backMs = live.at + HOUR;
    for (; live.at < backMs; live.at += 10 * SECOND) live.cadence.update(live.at, backMs);
    expect(live.send(20, 10 * SECOND).intervalMs).toBeCloseTo(10 * SECOND, -2);
  });

  test('finds its way out of a first interval that was a gap of a day', () => {
    const live = new Live()
      .send(1, 10 * SECOND)
      .pause(DAY)
      .send(20, 10 * SECOND);
    expect(live.intervalMs).toBeLessThan(12 * SECOND);
  });

  test('is not moved by duplicates and readings out of order', () => {
    const live = new Live().send(20, 10 * SECOND);
    const { cadence } = live;
    for (let n = 0; n < 50; n++) cadence.update(START + n * SECOND, live.at);
    expect(cadence.intervalMs).toBe(10 * SECOND);
  });

  test('follows a sensor that is set to another cadence within some readings', () => {
    const live = new Live().send(30, 10 * SECOND).send(9, 5 * MINUTE);
    expect(live.intervalMs).toBeCloseTo(5 * MINUTE, -3);
    live.send(9, 10 * SECOND);
    expect(live.intervalMs).toBeLessThan(15 * SECOND);
  });

  test('stays near the mean of an interval that trembles', () => {
    const live = new Live();
    for (let n = 0; n < 300; n++) live.send(1, 10 * SECOND * (0.7 + 0.6 * ((n * 0.618) % 1)));
    expect(live.intervalMs).toBeGreaterThan(8 * SECOND);
    expect(live.intervalMs).toBeLessThan(12 * SECOND);
  });

  test.each([
    {
      of: '60 readings in a minute, then 9 minutes',
      count: 60,
      everyMs: SECOND,
      pauseMs: 9 * MINUTE,
    },
    { of: '3 readings every hour', count: 3, everyMs: SECOND, pauseMs: HOUR },
    { of: '2 readings every 5 minutes', count: 2, everyMs: 2 * SECOND, pauseMs: 5 * MINUTE },
    { of: '5 minutes of work and of rest', count: 30, everyMs: 10 * SECOND, pauseMs: 5 * MINUTE },
  ])('learns the pause of bursts: $of', ({ count, everyMs, pauseMs }) => {
    const live = new Live();
    for (let burst = 0; burst < 30; burst++) {
      live.send(count, everyMs).pause(pauseMs - everyMs);
      if (burst * count >= 10 && burst >= 3) {
        expect(isSilentAfter(live.cadence, pauseMs)).toBe(false);
      }
    }
    expect(live.cadence.eventIntervalMs).toBeLessThan(MINUTE);
  });

  test('learns pauses of two lengths in turn', () => {
    const live = new Live();
    for (let burst = 0; burst < 20; burst++) {
      const pauseMs = burst % 2 === 0 ? 5 * MINUTE : 30 * MINUTE;
      live.send(20, SECOND).pause(pauseMs);
      if (burst > 8) expect(isSilentAfter(live.cadence, pauseMs)).toBe(false);
    }
  });

  test('never calls a sensor silent that has always poured out its buffer every ten minutes', () => {
    const cadence = new Cadence();
    for (let burst = 0; burst < 10; burst++) {
      const sentMs = START + (burst + 1) * 10 * MINUTE;
      for (let n = 0; n < 60; n++) cadence.update(sentMs - (60 - n) * 10 * SECOND, sentMs + n);
      expect(isSilentAfter(cadence, 10 * MINUTE)).toBe(false);
    }
    expect(cadence.eventIntervalMs).toBe(10 * SECOND);
    expect(cadence.intervalMs).toBeCloseTo(10 * MINUTE, -3);
  });

  test('at most doubles a pause for one outage of a day', () => {
    const live = new Live();
    for (let burst = 0; burst < 5; burst++) live.send(20, SECOND).pause(5 * MINUTE);
    live.pause(DAY).send(20, SECOND);
    expect(live.intervalMs).toBeLessThan(11 * MINUTE);
  });

  test('forgets a pause that no longer comes back', () => {
    const live = new Live();
    for (let burst = 0; burst < 5; burst++) live.send(20, SECOND).pause(5 * MINUTE);
    expect(live.intervalMs).toBeGreaterThan(4 * MINUTE);
    expect(live.send(25 * 60, SECOND).intervalMs).toBeCloseTo(SECOND, -1);
  });

  test('does not take a machine that rests at night for one with a cadence of 16 hours', () => {
    const live = new Live();
    for (let day = 0; day < 10; day++) live.send(8 * 60, MINUTE).pause(16 * HOUR);
    expect(live.intervalMs).toBeLessThan(2 * MINUTE);
  });

  test('goes on from its stored form as if nothing had happened, and stays finite', () => {
    const moves = fc.array(
      fc.tuple(fc.double({ min: -1e6, max: 1e8, noNaN: true }), fc.integer({ min: 0, max: 1e8 })),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(moves, (steps) => {
        const whole = new Cadence();
        let cut = new Cadence();
        let [timeMs, receivedMs] = [START, START];
        for (const [step, gap] of steps) {
          timeMs += step;
          receivedMs += gap;
          whole.update(timeMs, receivedMs);
          const next = new Cadence();
          next.restore(JSON.parse(JSON.stringify(cut)));
          cut = next;
          cut.update(timeMs, receivedMs);
        }
        expect(cut.toJSON()).toEqual(whole.toJSON());
        expect(whole.intervalMs ?? 1).toBeGreaterThan(0);
        expect(Number.isFinite(whole.intervalMs ?? 1)).toBe(true);
      }),
    );
  });
});
