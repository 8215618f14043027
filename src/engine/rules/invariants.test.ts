import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition, Rule, Schedule, Severity } from '#domain/rule.ts';
import { DAY, HOUR, MINUTE, RuleRun, ruleOf, SECOND } from '#test/support/rule-run.ts';
import type { Transition } from './compiled-rule.ts';
import { OpeningHours } from './schedule.ts';

/** A Monday, one hour before a window opens. */
const START = Date.parse('2026-03-23T06:00:00Z');
const LATE_MS = 10 * MINUTE;

const delay = fc.constantFrom(undefined, '0s', '3s', '20s', '2m', '15m');
const delays = fc
  .record({ on_delay: delay, off_delay: delay })
  .map((both) => JSON.parse(JSON.stringify(both)) as Pick<Condition, 'on_delay' | 'off_delay'>);
const condition = fc
  .tuple(
    fc.constantFrom<Condition>(
      { metric: 'm', above: [{ limit: 3 }] },
      {
        metric: 'm',
        above: [{ limit: 2, severity: 'info' }, { limit: 4 }, { limit: 6, severity: 'critical' }],
        deadband: 1,
      },
      { metric: 'm', below: [{ limit: 5 }, { limit: 2, severity: 'critical' }], deadband: 0.5 },
      {
        metric: 'm',
        outside: [{ range: [3, 6] }, { range: [1, 8], severity: 'critical' }],
        deadband: 1,
      },
      { metric: 'm', change: { by: 4, within: '1m' }, deadband: 1 },
      { metric: 'm', change: { by: 4, within: '2s' } },
      { metric: 'm', flat: { for: '30s', tolerance: 1 } },
      { silent: '1m' },
      { silent: 'auto' },
      { expression: 'm > 4 and m < 8' },
      { expression: '12 / m > 2.5' },
      { calibration_due: '14d' },
    ),
    delays,
  )
  .map(([when, both]) => ({ ...when, ...both }) as Condition);
const schedule = fc.constantFrom<Schedule | null>(
  null,
  null,
  { time_zone: 'Europe/Paris', windows: [{ from: '08:00', to: '08:20' }] },
  {
    time_zone: 'Europe/Paris',
    windows: [
      { days: ['mon'], from: '06:50', to: '07:05' },
      { from: '07:10', to: '07:00' },
    ],
  },
);
const rule = fc
  .tuple(condition, schedule)
  .map(([when, hours]) => ruleOf(when, hours === null ? {} : { schedule: hours }));

/** The clock moves on by `dt`; then a sample comes, `lag` old, or (without a value) the clock ticks. */
const step = fc.record({
  dt: fc.constantFrom(0, 100, SECOND, 5 * SECOND, 31 * SECOND, MINUTE, 7 * MINUTE, HOUR),
  lag: fc.constantFrom(0, 0, 0, 200, -5 * SECOND, 2 * MINUTE, 11 * MINUTE, 5 * HOUR),
  value: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 5 }),
});
type Step = { dt: number; lag: number; value: number | null };
const steps = fc.array(step, { maxLength: 40 });

interface Play {
  restarts?: boolean;
  /** Ticks whenever the rule is due, as a punctual processor does. */
  isPunctual?: boolean;
}

function play(of: Rule, sequence: readonly Step[], options: Play = {}) {
  const run = new RuleRun(of, { restarts: options.restarts ?? false });
  run.facts.cadenceMs = 25 * SECOND;
  run.facts.calibrationDateMs = START - 351 * DAY + 10 * MINUTE;
  let nowMs = START;
  let lastMs = Number.NEGATIVE_INFINITY;
  const said: { transition: Transition; isLate: boolean }[] = [];
  const note = (transitions: Transition[], isLate: boolean) => {
    for (const transition of transitions) said.push({ transition, isLate });
  };
  for (const { dt, lag, value } of sequence) {
    nowMs += dt;
    if (options.isPunctual) note(run.ticksUntil(nowMs), false);
    const timeMs = nowMs - lag;
    if (value === null) note(run.tick(nowMs), false);
    else if (timeMs > lastMs) {
      lastMs = timeMs;
      const isLate = nowMs - timeMs > LATE_MS;
      run.facts.values.m = value;
      note(run.sample(timeMs, value, { receivedMs: nowMs, isLate }), isLate);
    }
  }
  return { run, said, nowMs };
}

const all = (out: { transition: Transition }[]) => out.map(({ transition }) => transition);

describe('every rule', () => {
  test('gives the same transitions when it is restarted from stored state between any two calls', () => {
    fc.assert(
      fc.property(rule, steps, fc.boolean(), (of, sequence, isPunctual) => {
        const once = play(of, sequence, { isPunctual });
        const cut = play(of, sequence, { isPunctual, restarts: true });
        expect(all(cut.said)).toEqual(all(once.said));
        expect(cut.run.state).toEqual(once.run.state);
      }),
      { numRuns: 400 },
    );
  });

  test('raises and clears in turn, changes severity only in between and never to the same', () => {
    fc.assert(
      fc.property(rule, steps, fc.boolean(), (of, sequence, isPunctual) => {
        const { run, said } = play(of, sequence, { isPunctual });
        let severity: Severity | null = null;
        let startedAtMs = 0;
        for (const transition of all(said)) {
          expect(transition.change === 'raised').toBe(severity === null);
          if (transition.change === 'raised') ({ startedAtMs } = transition);
          if (transition.change === 'severity_changed') {
            expect(transition.severity).not.toBe(severity);
          }
          if (transition.change === 'cleared') expect(transition.severity).toBe(severity);
          expect(transition.startedAtMs).toBe(startedAtMs);
          severity = transition.change === 'cleared' ? null : transition.severity;
        }
        expect(run.isActive).toBe(severity !== null);
      }),
      { numRuns: 400 },
    );
  });

  test('says nothing at a late sample', () => {
    fc.assert(
      fc.property(rule, steps, (of, sequence) => {
        const { said } = play(of, sequence, { isPunctual: true });
        expect(said.filter(({ isLate }) => isLate)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('says the same of fresh samples in one batch as when the clock reaches it between them', () => {
    fc.assert(
      fc.property(rule, steps, (of, sequence) => {
        fc.pre(!('silent' in of.when || 'calibration_due' in of.when));
        const [batch, ticked] = [new RuleRun(of), new RuleRun(of)];
        let nowMs = START;
        for (const { dt, value } of sequence) {
          nowMs += dt + 1;
          ticked.ticksUntil(nowMs - 0.001);
          for (const run of [batch, ticked]) {
            run.facts.values.m = value ?? 0;
            run.sample(nowMs, value ?? 0);
          }
        }
        expect(batch.out).toEqual(ticked.out);
      }),
      { numRuns: 400 },
    );
  });

  test('is left as it is, the same object, by a tick before it is due', () => {
    fc.assert(
      fc.property(
        rule,
        steps,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (of, sequence, share) => {
          const { run, nowMs } = play(of, sequence, { isPunctual: true });
          const { state, dueMs } = run;
          const until = Math.min(dueMs, nowMs + 10 * DAY);
          expect(run.tick(Math.min(nowMs + share * (until - nowMs), until - 1))).toEqual([]);
          expect(run.state).toBe(state);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('says the same when its ticks come up to two seconds late and no sample in between', () => {
    fc.assert(
      fc.property(rule, steps, fc.integer({ min: 1, max: 2000 }), (of, sequence, tardyMs) => {
        const spaced = sequence.filter(({ value }) => value !== null);
        const { run: early, nowMs } = play(of, spaced, { isPunctual: true });
        const { run: tardy } = play(of, spaced, { isPunctual: true });
        const earlyOut = early.ticksUntil(nowMs + HOUR);
        const tardyOut: Transition[] = [];
        for (let due = tardy.dueMs; due <= nowMs + HOUR; due = tardy.dueMs) {
          tardyOut.push(...tardy.tick(due + tardyMs));
        }
        const until = nowMs + HOUR - 5 * SECOND;
        const sure = ({ atMs }: Transition) => atMs <= until;
        expect(tardyOut.filter(sure)).toEqual(earlyOut.filter(sure));
      }),
      { numRuns: 300 },
    );
  });

  test('is raised by absence only where it is about silence or calibration', () => {
    const quiet = fc.array(
      fc.record({ dt: fc.constantFrom(SECOND, MINUTE, DAY), lag: fc.constantFrom(0, HOUR) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(rule, quiet, (of, gaps) => {
        const { when } = of;
        fc.pre(!('silent' in when || 'calibration_due' in when));
        // Within every limit; it moves a little, so that it is not flat.
        const values = 'flat' in when ? [0, 5] : 'expression' in when ? [10, 11] : [3, 3.5];
        const allowed = 'above' in when ? [1, 1.5] : 'below' in when ? [8, 8.5] : values;
        const run = new RuleRun(of);
        let nowMs = START;
        for (const [index, { dt, lag }] of gaps.entries()) {
          nowMs += dt;
          run.ticksUntil(nowMs);
          run.facts.values.m = allowed[index % 2]!;
          const timeMs = nowMs - Math.min(lag, dt - 1);
          run.sample(timeMs, allowed[index % 2]!, { receivedMs: nowMs, isLate: lag > 0 });
        }
        run.ticksUntil(nowMs + 400 * DAY);
        expect(run.out).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('never raises before its on_delay has passed since the start, or since receipt where that was earlier', () => {
    fc.assert(
      fc.property(rule, steps, (of, sequence) => {
        const aheadMs = 5 * SECOND;
        const { said } = play(of, sequence, { isPunctual: true });
        const onDelayMs = { '3s': 3000, '20s': 20_000, '2m': 120_000, '15m': 900_000 }[
          of.when.on_delay ?? ''
        ];
        for (const { change, atMs, startedAtMs } of all(said)) {
          if (change !== 'raised') continue;
          expect(atMs - startedAtMs).toBeGreaterThanOrEqual((onDelayMs ?? 0) - aheadMs);
        }
      }),
      { numRuns: 300 },
    );
  });
});

type Told = [atMs: number, severity: Severity | 'none'];

interface Terms {
  severities: readonly Severity[];
  holds: (level: number, value: number, before: boolean) => boolean;
  onMs: number;
  offMs: number;
  hours: OpeningHours | undefined;
}

/** The definition, second by second: each level has its own state and its own timer. Slow and plain. */
function naive(terms: Terms, samples: ReadonlyMap<number, number>, untilMs: number): Told[] {
  const count = terms.severities.length;
  const raw = Array<boolean>(count).fill(false);
  const held = Array<boolean>(count).fill(false);
  const sinceMs = Array<number>(count).fill(START);
  const delayed = Array<boolean>(count).fill(false);
  const told: Told[] = [];
  let isOpen = terms.hours?.isOpen(START) ?? true;
  const tell = (atMs: number) => {
    const severity = terms.severities[delayed.lastIndexOf(true)] ?? 'none';
    if (severity !== (told.at(-1)?.[1] ?? 'none')) told.push([atMs, severity]);
  };
  const turn = (atMs: number) => {
    for (let k = 0; k < count; k++) {
      const now = isOpen && raw[k]!;
      if (now !== held[k]) [held[k], sinceMs[k]] = [now, atMs];
    }
  };
  const runOut = (atMs: number) => {
    for (let k = 0; k < count; k++) {
      const delayMs = held[k] ? terms.onMs : terms.offMs;
      if (atMs - sinceMs[k]! >= delayMs) delayed[k] = held[k]!;
    }
    tell(atMs);
  };
  for (let atMs = START; atMs <= untilMs; atMs += SECOND) {
    const wasOpen = isOpen;
    isOpen = terms.hours?.isOpen(atMs) ?? true;
    if (isOpen !== wasOpen) turn(atMs);
    if (!isOpen) delayed.fill(false);
    runOut(atMs);
    const value = samples.get(atMs);
    if (value === undefined) continue;
    for (let k = 0; k < count; k++) raw[k] = terms.holds(k, value, raw[k]!);
    turn(atMs);
    if (isOpen) runOut(atMs);
  }
  return told;
}

describe('a level rule', () => {
  const LIMITS = [2, 4, 6];
  const severities = ['info', 'warning', 'critical'] as const;
  const hold = {
    above: (k: number, v: number, before: boolean) =>
      before ? v > LIMITS[k]! - 1 : v > LIMITS[k]!,
    below: (k: number, v: number, before: boolean) =>
      before ? v < -LIMITS[k]! + 1 : v < -LIMITS[k]!,
    outside: (k: number, v: number, before: boolean) =>
      before ? Math.abs(v) > LIMITS[k]! - 1 : Math.abs(v) > LIMITS[k]!,
  };
  const levels = {
    above: { above: LIMITS.map((limit, k) => ({ limit, severity: severities[k]! })) },
    below: { below: LIMITS.map((limit, k) => ({ limit: -limit, severity: severities[k]! })) },
    outside: {
      outside: LIMITS.map((limit, k) => ({
        range: [-limit, limit] as [number, number],
        severity: severities[k]!,
      })),
    },
  };
  const cases = fc.record({
    kind: fc.constantFrom('above' as const, 'below' as const, 'outside' as const),
    onS: fc.constantFrom(0, 1, 10, 60),
    offS: fc.constantFrom(0, 1, 10, 60),
    hours: fc.constantFrom<Schedule | undefined>(undefined, {
      time_zone: 'UTC',
      windows: [
        { from: '06:01', to: '06:03' },
        { from: '06:04', to: '05:59' },
      ],
    }),
    moves: fc.array(
      fc.tuple(fc.constantFrom(1, 2, 9, 10, 30, 60), fc.integer({ min: -8, max: 8 })),
      { maxLength: 40 },
    ),
  });

  test('says what a plain reading of its definition says, with and without the clock', () => {
    fc.assert(
      fc.property(cases, ({ kind, onS, offS, hours, moves }) => {
        const of = ruleOf(
          {
            metric: 'm',
            ...levels[kind],
            deadband: 1,
            on_delay: `${onS}s`,
            off_delay: `${offS}s`,
          } as Condition,
          hours === undefined ? {} : { schedule: hours },
        );
        const samples = new Map<number, number>();
        const [ticked, unticked] = [new RuleRun(of), new RuleRun(of)];
        let nowMs = START;
        for (const [gapS, value] of moves) {
          nowMs += gapS * SECOND;
          samples.set(nowMs, value);
          ticked.ticksUntil(nowMs);
          ticked.sample(nowMs, value);
          unticked.sample(nowMs, value);
        }
        expect(unticked.out).toEqual(ticked.out);
        const untilMs = nowMs + 3 * MINUTE;
        ticked.ticksUntil(untilMs);
        const told = ticked.out.map(({ change, severity, atMs }): Told => {
          return [atMs, change === 'cleared' ? 'none' : severity];
        });
        const terms: Terms = {
          severities,
          holds: hold[kind],
          onMs: onS * SECOND,
          offMs: offS * SECOND,
          hours: hours && new OpeningHours(hours),
        };
        expect(told).toEqual(naive(terms, samples, untilMs));
      }),
      { numRuns: 500 },
    );
  });
});
