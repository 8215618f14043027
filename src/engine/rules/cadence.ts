/** What a cadence remembers; plain JSON. */
export interface CadenceState {
  /** Readings that moved event time forward. */
  readings: number;
  timeMs: number;
  receivedMs: number;
  /** Typical step of event time, ms; 0 before there is one. */
  stepMs: number;
  /** Steps in a row that were far longer (positive) or far shorter (negative) than the typical one. */
  run: number;
  /** Moments at which something came in, counted to 3; what a buffer pours out at once is one moment. */
  arrivals: number;
  /** The pause between bursts, how often it has come back, and the time of activity since the last, ms. */
  pauseMs: number;
  pauses: number;
  activeMs: number;
}

const NEEDED_READINGS = 10;
const NEEDED_ARRIVALS = 3;
const HOUR_MS = 3_600_000;

/**
 * Learns how often a sensor sends, in a few numbers and a few comparisons a reading.
 *
 * The step of event time follows each new step, but no single one far: within a quarter it moves an
 * eighth of the way; a step outside (a gap, a lost reading) moves it by a tenth; three in a row on the
 * same side are a new cadence, and it follows by up to a factor of 4. The first 10 readings are
 * followed by up to a factor of 4 each. So a gap of a day in a 10 s sensor is forgotten at once, and a sensor
 * that is set from 10 s to 5 min is understood after about five readings.
 *
 * A sensor that buffers, or measures in bursts, sends nothing for longer than its step. A pause that
 * comes back about as long (at least half of the last) after little activity (`mostActiveMs`) is its way of
 * sending, and counts as the interval; one outage is not, and neither are two that lie far apart.
 */
export class Cadence {
  private readings = 0;
  private timeMs = 0;
  private receivedMs = 0;
  private stepMs = 0;
  private run = 0;
  private arrivals = 0;
  private pauseMs = 0;
  private pauses = 0;
  private activeMs = 0;

  /** Takes in one reading, in any order; one that does not move event time forward teaches nothing of it. */
  update(timeMs: number, receivedMs: number): void {
    if (this.readings === 0) {
      this.readings = 1;
      this.arrivals = 1;
      this.timeMs = timeMs;
      this.receivedMs = receivedMs;
      return;
    }
    const step = timeMs - this.timeMs;
    const gap = receivedMs - this.receivedMs;
    if (gap > 0) this.receivedMs = receivedMs;
    if (step > 0) {
      this.timeMs = timeMs;
      this.readings++;
      this.learnStep(step);
      if (this.arrivals < NEEDED_ARRIVALS && gap * 4 >= step) this.arrivals++;
    }
    if (gap > 2 * this.stepMs && this.stepMs > 0) this.learnPause(gap);
    else if (this.pauseMs > 0) this.learnActivity(gap);
  }

  /**
   * How long it usually takes until something comes in, ms: the larger of the event interval and the
   * recurring pause. undefined before 10 readings. This is what `silent` multiplies.
   */
  get intervalMs(): number | undefined {
    if (this.readings < NEEDED_READINGS) return undefined;
    const stepMs = this.stepMs;
    if (this.pauses > 1 && this.pauseMs > stepMs) return this.pauseMs;
    // One buffer poured out: until it has come twice more, the next is expected after as many readings again.
    if (this.arrivals < NEEDED_ARRIVALS) {
      return Math.max(stepMs, ((this.readings - NEEDED_READINGS) * stepMs) / this.arrivals);
    }
    return stepMs;
  }

  /** The usual time between two readings by the sensor's own clock, ms; undefined before 10 readings. */
  get eventIntervalMs(): number | undefined {
    return this.readings < NEEDED_READINGS ? undefined : this.stepMs;
  }

  /** Receipt of the newest reading, by the platform's clock; undefined before the first. */
  get receivedAtMs(): number | undefined {
    return this.readings === 0 ? undefined : this.receivedMs;
  }

  toJSON(): CadenceState {
    const { readings, timeMs, receivedMs, stepMs, run, arrivals, pauseMs, pauses, activeMs } = this;
    return { readings, timeMs, receivedMs, stepMs, run, arrivals, pauseMs, pauses, activeMs };
  }

  restore(state: CadenceState): void {
    this.readings = state.readings;
    this.timeMs = state.timeMs;
    this.receivedMs = state.receivedMs;
    this.stepMs = state.stepMs;
    this.run = state.run;
    this.arrivals = state.arrivals;
    this.pauseMs = state.pauseMs;
    this.pauses = state.pauses;
    this.activeMs = state.activeMs;
  }

  private learnStep(step: number): void {
    const usual = this.stepMs;
    if (usual === 0) this.stepMs = step;
    else if (this.readings <= NEEDED_READINGS) this.stepMs = within(step, usual / 4, usual * 4);
    else if (step > usual * 1.25) {
      this.run = this.run > 0 ? this.run + 1 : 1;
      this.stepMs = this.run >= 3 ? Math.min(step, usual * 4) : usual * 1.1;
    } else if (step < usual * 0.8) {
      this.run = this.run < 0 ? this.run - 1 : -1;
      this.stepMs = this.run <= -3 ? Math.max(step, usual / 4) : usual / 1.1;
    } else {
      this.run = 0;
      this.stepMs = usual + (step - usual) / 8;
    }
  }

  private learnPause(gap: number): void {
    const isFirst = this.pauseMs === 0;
    if (isFirst || (this.pauses < 2 && gap < this.pauseMs / 2)) {
      this.pauseMs = gap;
      this.pauses = 1;
    } else if (gap < this.pauseMs / 2) {
      this.learnActivity(gap);
      return;
    } else {
      this.pauses++;
      this.pauseMs =
        gap > this.pauseMs ? Math.min(gap, 2 * this.pauseMs) : (this.pauseMs + gap) / 2;
    }
    this.activeMs = 0;
  }

  private learnActivity(gap: number): void {
    if (gap > 0) this.activeMs += gap;
    if (this.activeMs <= mostActiveMs(this.pauseMs)) return;
    this.pauseMs = 0;
    this.pauses = 0;
    this.activeMs = 0;
  }
}

/**
 * Activity after which a pause no longer recurs: 4 × a short pause, an hour for those of up to 4 hours,
 * a quarter of a longer one (a machine that rests at night is not a sensor with a cadence of 16 hours).
 */
function mostActiveMs(pauseMs: number): number {
  return Math.max(pauseMs / 4, Math.min(4 * pauseMs, HOUR_MS));
}

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
