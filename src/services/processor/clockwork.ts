import type { Clock } from '#domain/time.ts';
import type { Fleet } from './fleet.ts';
import type { Group } from './group.ts';
import { excuseOwnAbsence } from './load.ts';
import type { Evaluator } from './stages/evaluate.ts';
import { Sweeper } from './sweeper.ts';
import type { Timers } from './timers.ts';

// Tested by: processor.test.ts, timers.test.ts

const TICK_BATCH = 5000;
const SWEEP_MS = 250;
/** A sweep this late: the process slept, or the clock was set. */
const ABSENT_MS = 30_000;
const MAX_TIMER_MS = 60_000;

/** What the clockwork moves: the processor. */
interface Movement {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly evaluator: Evaluator;
  readonly fleet: Fleet;
  readonly journalId: number;
  readonly isRunning: boolean;
  /** Errands wait already: a sweep has time. */
  readonly isBusy: boolean;
  /** When the oldest request that waits was received, ms. */
  readonly oldestMs: number;
  run(errand: (group: Group) => void): Promise<void>;
}

/** Brings the clock into the processor's line: rules whose time has come, and the remembering of states, bit by bit. */
export class Clockwork {
  readonly #movement: Movement;
  readonly #sweeper = new Sweeper();
  #timer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #sweptMs = 0;

  constructor(movement: Movement) {
    this.#movement = movement;
  }

  /** Journal ids up to here are in every remembered state. */
  get rememberedThrough(): number {
    return this.#sweeper.rememberedThrough;
  }

  start(): void {
    this.#sweepTimer = setInterval(() => void this.#sweep(), SWEEP_MS);
  }

  stop(): void {
    clearInterval(this.#sweepTimer);
    clearTimeout(this.#timer);
  }

  /** After another state was loaded. */
  reset(): void {
    this.#sweeper.reset(0);
  }

  /** Waits for the next rule that wants the clock; replaces what was planned before. */
  plan(): void {
    clearTimeout(this.#timer);
    const { isRunning, timers, clock } = this.#movement;
    if (!isRunning) return;
    const waitMs = timers.nextDueMs - clock.now();
    this.#timer = setTimeout(() => void this.#tick(), Math.max(1, Math.min(waitMs, MAX_TIMER_MS)));
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  async #tick(): Promise<void> {
    const { timers, clock, evaluator } = this.#movement;
    if (timers.nextDueMs <= clock.now()) {
      await this.#movement
        .run((group) => {
          // What waits has been received: the clock does not run ahead of it.
          group.nowMs = Math.min(group.nowMs, this.#movement.oldestMs);
          for (const instance of timers.takeDue(group.nowMs, TICK_BATCH))
            evaluator.tick(group, instance);
        })
        .catch(() => undefined);
    }
    this.plan();
  }

  async #sweep(): Promise<void> {
    const movement = this.#movement;
    const nowMs = movement.clock.now();
    const isBack = this.#sweptMs > 0 && nowMs - this.#sweptMs > ABSENT_MS;
    this.#sweptMs = nowMs;
    if (!movement.isRunning || movement.isBusy) return;
    try {
      let through: number | undefined;
      await movement.run((group) => {
        if (isBack) excuseOwnAbsence(movement.fleet, nowMs);
        through = this.#sweeper.step(group, movement.fleet, movement.journalId);
      });
      if (through !== undefined) this.#sweeper.committed(through);
    } catch {
      // The commit has said why; the recovery starts a sweep anew.
    }
  }
}
