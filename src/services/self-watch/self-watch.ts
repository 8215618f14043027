import { SELF_CUSTOMER } from '#domain/self-watch.ts';
import type { OperationContext } from '#operations/context.ts';
import type { Logger } from '#platform/logging.ts';
import type { Metrics } from '#platform/metrics.ts';
import {
  beginRound,
  endRound,
  forgetAlerts,
  type SelfWatchRecord,
} from '#storage/state/self-watch.ts';
import { flyCanary, prepareCanary } from './canary.ts';
import { callHeartbeat } from './heartbeat.ts';

const ROUND_TIMEOUT_MS = 30_000;
const KEPT_MS = 86_400_000;
const LATENCIES_KEPT = 240;
/** Rounds are looked for more often than they are due: another process may have the turn, or end. */
const LOOKS_A_ROUND = 4;
/** Every so many rounds what the canary left behind is removed. */
const ROUNDS_BETWEEN_CLEANING = 60;

export interface SelfWatchOptions {
  /** Of the platform's own customer. */
  ctx: OperationContext;
  intervalMs: number;
  /** The platform's own door, and a key to it. */
  url(): string;
  key: string;
  heartbeatUrl: string | undefined;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Pick<Metrics, 'watch'>;
}

/**
 * Tries, once an interval and in one process of the fleet, whether alerts get through: a canary's reading goes the whole
 * way from the HTTP door to a delivered notification. Only when it does is the heartbeat called, so that whoever
 * watches it notices that the platform is gone as well as that it lives but tells nobody anything.
 */
export class SelfWatch {
  readonly #options: SelfWatchOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #rounds = 0;
  #isPrepared = false;
  #isFailing = false;
  #lastMs = Number.NaN;

  constructor(options: SelfWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { intervalMs, metrics } = this.#options;
    metrics.watch(
      'vigie_canary_seconds',
      "How long the canary's last alert took from its reading to its delivery; NaN where it did not come through or another process tries.",
      () => this.#lastMs / 1000,
    );
    this.#timer = setInterval(() => this.#look(), intervalMs / LOOKS_A_ROUND);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(new Error('the platform stops'));
    await this.#running;
  }

  #look(): void {
    this.#running ??= this.#round()
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted)
          this.#options.log.warn({ err: error }, 'the watch over the platform itself broke off');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #round(): Promise<void> {
    const { ctx, intervalMs } = this.#options;
    const { clock, state } = ctx;
    const nowMs = clock.now();
    if (!(await beginRound(state.db, { nowMs, intervalMs }))) return;
    const signal = AbortSignal.any([
      this.#stopping.signal,
      AbortSignal.timeout(Math.min(ROUND_TIMEOUT_MS, intervalMs)),
    ]);
    const tried = await this.#try(signal);
    if (this.#stopping.signal.aborted) return;
    this.#say(tried);
    const { heartbeatUrl } = this.#options;
    const outcome =
      tried.ok && heartbeatUrl !== undefined
        ? await callHeartbeat(heartbeatUrl, this.#stopping.signal)
        : undefined;
    if (outcome !== undefined && outcome !== 'ok')
      this.#options.log.warn({ outcome }, 'the heartbeat could not be delivered');
    const endedMs = clock.now();
    await endRound(state, (record) => ({
      ...(tried.ok ? succeeded(record, endedMs, tried.ms) : failed(record, endedMs, tried.detail)),
      heartbeat: outcome === undefined ? record.heartbeat : { atMs: endedMs, outcome },
    }));
    if (this.#rounds++ % ROUNDS_BETWEEN_CLEANING === 0)
      await forgetAlerts(state, { customer: SELF_CUSTOMER, beforeMs: endedMs - KEPT_MS });
  }

  async #try(signal: AbortSignal): Promise<Tried> {
    const { ctx, url, key } = this.#options;
    try {
      if (!this.#isPrepared) await prepareCanary(ctx);
      this.#isPrepared = true;
      return { ok: true, ms: await flyCanary(ctx.bus, { url: url(), key, signal }) };
    } catch (error) {
      const isLate = signal.aborted && !this.#stopping.signal.aborted;
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, detail: isLate ? 'no notification in time' : reason };
    }
  }

  #say(tried: Tried): void {
    const { log } = this.#options;
    this.#lastMs = tried.ok ? tried.ms : Number.NaN;
    if (tried.ok && this.#isFailing) log.info('alerts get through again');
    if (!tried.ok) log.error({ detail: tried.detail }, 'the canary alert did not get through');
    this.#isFailing = !tried.ok;
  }
}

type Tried = { ok: true; ms: number } | { ok: false; detail: string };

function succeeded(record: SelfWatchRecord, atMs: number, tookMs: number): SelfWatchRecord {
  const latenciesMs = [...record.latenciesMs, Math.round(tookMs * 10) / 10].slice(-LATENCIES_KEPT);
  return { ...record, successMs: atMs, latenciesMs };
}

function failed(record: SelfWatchRecord, atMs: number, detail: string): SelfWatchRecord {
  return { ...record, failure: { atMs, detail } };
}
