import { setTimeout as wait } from 'node:timers/promises';
import { Latencies, type LatencySummary } from './latencies.ts';
import type { AlertCount, Batch, Sender, SendResult } from './sender.ts';

// Tested by: cli/simulate/simulate.test.ts

export interface LoadPlan {
  /** Readings a second. */
  rate: number;
  seconds: number;
  /** Readings a request. */
  batch: number;
  /** Most requests under way at once. */
  inFlight: number;
  /** How long to wait, after the last one is due, for what is not acknowledged yet. */
  graceMs: number;
}

export interface LoadReport {
  /** Readings that were due. */
  planned: number;
  /** Readings handed to the platform at least once. */
  sent: number;
  acknowledged: number;
  /** Of the acknowledged ones. */
  late: number;
  duplicates: number;
  rejected: number;
  /** Readings due but without an acknowledgement when the time was over. */
  unacknowledged: number;
  /** Answers that asked to come again later. */
  busy: number;
  /** Attempts without an answer. */
  lost: number;
  alerts: AlertCount;
  seconds: number;
  readingsPerSecond: number;
  latencyMs: LatencySummary;
  /** The first of each kind of failure, with how often. */
  failures: Record<string, number>;
}

/** How often what is due is looked for; it adds as much to a latency at most. */
const STEP_MS = 1;
const LONGEST_PAUSE_MS = 5000;

/**
 * Sends at a fixed rate whatever the platform does (open loop): each request is due at its own time, and
 * its latency counts from then, so that a stall shows in every request that it held up (no coordinated
 * omission). Bounded in flight and in time; what the bounds kept back is reported as unacknowledged.
 */
export class OpenLoop {
  readonly #plan: LoadPlan;
  readonly #sender: Sender;
  readonly #latencies = new Latencies();
  readonly #again: Batch[] = [];
  readonly #failures: Record<string, number> = {};
  readonly #alerts: AlertCount = { raised: 0, cleared: 0 };
  readonly #total: number;
  #next = 0;
  #underWay = 0;
  #pausedUntil = 0;
  #sent = 0;
  #acknowledged = 0;
  #late = 0;
  #duplicates = 0;
  #rejected = 0;
  #busy = 0;
  #lost = 0;
  #lostInRow = 0;

  constructor(plan: LoadPlan, sender: Sender) {
    this.#plan = plan;
    this.#sender = sender;
    this.#total = Math.round(plan.rate * plan.seconds);
  }

  get total(): number {
    return this.#total;
  }

  /** `onStep` is told the readings settled so far. */
  async run(signal: AbortSignal, onStep: (settled: number) => void): Promise<LoadReport> {
    const startMs = performance.now();
    const endMs = startMs + this.#plan.seconds * 1000 + this.#plan.graceMs;
    while (!signal.aborted && performance.now() < endMs) {
      this.#sendDue(startMs);
      const settled = this.#acknowledged + this.#duplicates + this.#rejected;
      onStep(settled);
      if (settled >= this.#total) break;
      await wait(STEP_MS);
    }
    return this.#report((performance.now() - startMs) / 1000);
  }

  #sendDue(startMs: number): void {
    const now = performance.now();
    while (this.#underWay < this.#plan.inFlight && now >= this.#pausedUntil) {
      const batch = this.#again.shift() ?? this.#nextDue(startMs, now);
      if (batch === undefined) return;
      this.#underWay++;
      void this.#send(batch);
    }
  }

  #nextDue(startMs: number, now: number): Batch | undefined {
    // A request is due when its last reading has been measured.
    const to = Math.min(this.#next + this.#plan.batch, this.#total);
    const dueMs = startMs + (to / this.#plan.rate) * 1000;
    if (this.#next >= this.#total || dueMs > now) return undefined;
    const batch = { from: this.#next, to, dueMs };
    this.#next = to;
    this.#sent += to - batch.from;
    return batch;
  }

  async #send(batch: Batch): Promise<void> {
    const result = await this.#sender.send(batch);
    this.#underWay--;
    this.#settle(batch, result);
  }

  #settle(batch: Batch, result: SendResult): void {
    switch (result.kind) {
      case 'acknowledged':
        this.#lostInRow = 0;
        this.#latencies.add(performance.now() - batch.dueMs);
        this.#acknowledged += result.accepted;
        this.#late += result.late;
        this.#duplicates += result.duplicates;
        this.#rejected += result.rejected;
        this.#alerts.raised += result.alerts.raised;
        this.#alerts.cleared += result.alerts.cleared;
        return;
      case 'busy':
        this.#busy++;
        this.#pause(result.retryAfterMs);
        this.#again.push(batch);
        return;
      case 'lost':
        this.#lost++;
        this.#note(result.reason);
        this.#pause(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** Math.min(this.#lostInRow++, 10)));
        this.#again.push(batch);
        return;
      case 'refused':
        this.#rejected += batch.to - batch.from;
        this.#note(result.reason);
        return;
    }
  }

  #pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  #note(reason: string): void {
    this.#failures[reason] = (this.#failures[reason] ?? 0) + 1;
  }

  #report(seconds: number): LoadReport {
    const settled = this.#acknowledged + this.#duplicates + this.#rejected;
    const heard = this.#sender.heardAlerts ?? { raised: 0, cleared: 0 };
    return {
      planned: this.#total,
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      late: this.#late,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      unacknowledged: this.#total - settled,
      busy: this.#busy,
      lost: this.#lost,
      alerts: {
        raised: this.#alerts.raised + heard.raised,
        cleared: this.#alerts.cleared + heard.cleared,
      },
      seconds,
      readingsPerSecond: (this.#acknowledged + this.#duplicates) / seconds,
      latencyMs: this.#latencies.summary(),
      failures: this.#failures,
    };
  }
}
