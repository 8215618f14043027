import { SEVERITIES, type Severity } from '#domain/rule.ts';
import { Cadence } from '../rules/cadence.ts';
import type {
  CompiledRule,
  RuleState,
  Sample,
  SensorFacts,
  Transition,
} from '../rules/compiled-rule.ts';

/** A sensor as it is known today; labels and calibration have no history. */
export interface BacktestSensor {
  sensorId: string;
  labels: Readonly<Record<string, string>>;
  calibrationDateMs: number | undefined;
  updateWithinMs: number | undefined;
  /** Of the values of each reading, in their order. */
  metrics: readonly string[];
}

export interface BacktestSpan {
  fromMs: number;
  toMs: number;
  /** How many alerts are kept one by one; all are counted. */
  keep: number;
}

export interface BacktestAlert {
  /** The highest that it reached. */
  severity: Severity;
  startedAtMs: number;
  /** null where it still stood at the end. */
  clearedAtMs: number | null;
  peak: number | null;
}

const CHATTER_RAISES = 3;
const CHATTER_WITHIN_MS = 60_000;

/**
 * One rule on one sensor over what was stored of it: the rule is shown each reading, and the clock whenever it is due,
 * as by a processor that is never late. It begins at rest, knowing nothing from before `fromMs`.
 *
 * The time of receipt of stored samples is not asked for, so event time stands for it: nothing is late, and a sensor
 * whose buffer came in at once was never silent. Of a latched rule each alert ends when its condition does, as if somebody
 * had reset it at once.
 */
export class BacktestRun {
  readonly alerts: BacktestAlert[] = [];
  alertCount = 0;
  activeMs = 0;
  isChattering = false;
  readonly #rule: CompiledRule;
  readonly #metrics: readonly string[];
  readonly #span: BacktestSpan;
  readonly #facts: { -readonly [Fact in keyof SensorFacts]: SensorFacts[Fact] };
  readonly #last = new Map<string, number>();
  readonly #cadence = new Cadence();
  readonly #sample: Sample;
  readonly #transitions: Transition[] = [];
  readonly #raisedMs: number[] = [];
  #state: RuleState | undefined;
  #nowMs: number;
  #open: BacktestAlert | undefined;

  constructor(rule: CompiledRule, sensor: BacktestSensor, span: BacktestSpan) {
    const { metrics, ...known } = sensor;
    this.#rule = rule;
    this.#metrics = metrics;
    this.#span = span;
    this.#nowMs = span.fromMs;
    this.#facts = {
      ...known,
      lastReceivedMs: undefined,
      cadenceMs: undefined,
      lastValue: (metric) => this.#last.get(metric),
    };
    this.#sample = {
      sensor: this.#facts,
      metric: '',
      timeMs: 0,
      receivedMs: 0,
      value: Number.NaN,
      isLate: false,
    };
  }

  /** The next reading, in ascending time; NaN stands for a metric that it does not hold. */
  reading(timeMs: number, values: Float64Array): void {
    this.#clockTo(timeMs);
    const { takes } = this.#rule;
    this.#facts.lastReceivedMs = timeMs;
    this.#sample.timeMs = timeMs;
    this.#sample.receivedMs = timeMs;
    if (takes === 'sample') {
      for (let at = 0; at < values.length; at++) {
        if (!Number.isNaN(values[at]!)) this.#show(this.#metrics[at]!, values[at]!);
      }
    } else if (takes === 'reading') {
      for (let at = 0; at < values.length; at++) {
        if (!Number.isNaN(values[at]!)) this.#last.set(this.#metrics[at]!, values[at]!);
      }
      this.#show('', Number.NaN);
    } else if (takes === 'arrival') {
      this.#cadence.update(timeMs, timeMs);
      this.#facts.cadenceMs = this.#cadence.intervalMs;
      if (this.#state !== undefined) this.#show('', Number.NaN);
    }
  }

  /** Lets the clock reach the end. What still stands then has no end of its own. */
  finish(): void {
    const { toMs } = this.#span;
    this.#clockTo(toMs);
    const open = this.#open;
    if (open === undefined) return;
    open.peak = this.#rule.peakOf(this.#state);
    this.activeMs += Math.max(0, toMs - open.startedAtMs);
  }

  #show(metric: string, value: number): void {
    this.#sample.metric = metric;
    this.#sample.value = value;
    this.#state = this.#rule.onSample(this.#state, this.#sample, this.#transitions);
    if (this.#transitions.length > 0) this.#collect();
  }

  #clockTo(untilMs: number): void {
    const rule = this.#rule;
    const sensor = this.#facts;
    let lastDueMs = Number.NEGATIVE_INFINITY;
    for (
      let dueMs = rule.dueMs(this.#state, sensor);
      dueMs <= untilMs;
      dueMs = rule.dueMs(this.#state, sensor)
    ) {
      // A rule that asks for the same moment again and again would never end.
      if (dueMs <= lastDueMs) throw new Error(`the rule is still due at ${dueMs} after its tick`);
      lastDueMs = Math.max(dueMs, this.#nowMs);
      this.#nowMs = lastDueMs;
      this.#state = rule.onTick(this.#state, { sensor, nowMs: lastDueMs }, this.#transitions);
      if (this.#transitions.length > 0) this.#collect();
    }
    this.#nowMs = untilMs;
  }

  #collect(): void {
    for (const transition of this.#transitions.splice(0)) {
      if (transition.change === 'raised') this.#raise(transition);
      else if (this.#open !== undefined) this.#change(this.#open, transition);
    }
  }

  #raise({ severity, startedAtMs, atMs, peak }: Transition): void {
    this.#open = { severity, startedAtMs, clearedAtMs: null, peak };
    this.alertCount++;
    if (this.alerts.length < this.#span.keep) this.alerts.push(this.#open);
    this.#raisedMs.push(atMs);
    if (this.#raisedMs.length < CHATTER_RAISES) return;
    this.isChattering ||= atMs - this.#raisedMs.shift()! <= CHATTER_WITHIN_MS;
  }

  #change(open: BacktestAlert, { change, severity, atMs, peak }: Transition): void {
    open.peak = peak;
    if (change === 'cleared') {
      open.clearedAtMs = atMs;
      this.activeMs += atMs - open.startedAtMs;
      this.#open = undefined;
    } else if (SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(open.severity)) {
      open.severity = severity;
    }
  }
}
