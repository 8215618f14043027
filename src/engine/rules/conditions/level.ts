import { type Condition as RuleCondition, SEVERITIES, type Severity } from '#domain/rule.ts';
import { type Condition, type Memory, type Problem, SAMPLES_ONLY } from '../condition.ts';

type LevelWhen = Extract<
  RuleCondition,
  { above: unknown } | { below: unknown } | { outside: unknown }
>;

interface Band {
  /** Position in the rule, for pointers. */
  index: number;
  severity: Severity;
  low: number;
  high: number;
}

/** A limit is a band with one open side, so that above, below and outside are one condition. */
function bandsOf(when: LevelWhen, severity: Severity): Band[] {
  const named = (level: { severity?: Severity }) => level.severity ?? severity;
  const [Top, Bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let bands: Band[];
  if ('above' in when) {
    bands = when.above.map((level, index) => {
      return { index, severity: named(level), low: Bottom, high: level.limit };
    });
  } else if ('below' in when) {
    bands = when.below.map((level, index) => {
      return { index, severity: named(level), low: level.limit, high: Top };
    });
  } else {
    bands = when.outside.map((level, index) => {
      return { index, severity: named(level), low: level.range[0], high: level.range[1] };
    });
  }
  const rank = (band: Band) => SEVERITIES.indexOf(band.severity);
  return bands.sort((a, b) => rank(a) - rank(b));
}

/** Every contradiction within the levels of one rule. */
export function levelProblems(when: LevelWhen, severity: Severity): Problem[] {
  const kind = 'above' in when ? 'above' : 'below' in when ? 'below' : 'outside';
  const field = kind === 'outside' ? 'range' : 'limit';
  const problems: Problem[] = [];
  const bands = bandsOf(when, severity);
  for (const [position, band] of bands.entries()) {
    const pointer = `/when/${kind}/${band.index}`;
    const width = band.high - band.low;
    if (width <= 0) {
      const detail = `the lower end ${band.low} must be less than the upper end ${band.high}`;
      problems.push({ pointer: `${pointer}/range`, detail });
    } else if (2 * (when.deadband ?? 0) > width) {
      const detail = `a deadband of ${when.deadband} leaves no value at which ${band.low} to ${band.high} clears`;
      problems.push({ pointer: '/when/deadband', detail });
    }
    const milder = bands[position - 1];
    if (milder === undefined) continue;
    if (milder.severity === band.severity) {
      const detail = `two levels are ${band.severity}; the farther one could never be told apart`;
      problems.push({ pointer: `${pointer}/severity`, detail });
    } else if (
      band.low > milder.low ||
      band.high < milder.high ||
      (band.low === milder.low && band.high === milder.high)
    ) {
      const detail = `the ${band.severity} level must lie beyond the ${milder.severity} level`;
      problems.push({ pointer: `${pointer}/${field}`, detail });
    }
  }
  return problems;
}

/** 8.1 − 0.2 is 7.8999999999999995: cut to the 15 digits that a person wrote. */
const decimal = (value: number): number => Number(value.toPrecision(15));

/**
 * above, below and outside: each level holds strictly beyond its limit and lets go at its limit
 * less the deadband. Bands are nested (checked by `levelProblems`), so the levels that hold are
 * always 1 … n, and n is all there is to remember.
 */
export function levelCondition(when: LevelWhen, severity: Severity): Condition {
  const bands = bandsOf(when, severity);
  const deadband = when.deadband ?? 0;
  const top = bands.length;
  const lows = [Number.NaN, ...bands.map((band) => band.low)];
  const highs = [Number.NaN, ...bands.map((band) => band.high)];
  const clearLows = lows.map((low) => decimal(low + deadband));
  const clearHighs = highs.map((high) => decimal(high - deadband));
  const [low1, high1] = [lows[1]!, highs[1]!];
  const isTwoSided = 'outside' in when;
  return {
    ...SAMPLES_ONLY,
    takes: 'sample',
    metrics: [when.metric],
    severities: [severity, ...bands.map((band) => band.severity)],
    restLow: low1,
    restHigh: high1,
    observe(memory, { value }, verdict) {
      let level = verdict.level;
      while (level < top && (value > highs[level + 1]! || value < lows[level + 1]!)) level++;
      while (level > 0 && value <= clearHighs[level]! && value >= clearLows[level]!) level--;
      verdict.level = level;
      verdict.value = value;
      verdict.reach = Math.max(low1 - value, value - high1);
      return isTwoSided
        ? sideOf(memory, value < low1 ? 'low' : value > high1 ? 'high' : '')
        : memory;
    },
    limitOf(level, memory) {
      const isLow = isTwoSided ? memory?.side === 'low' : 'below' in when;
      return (isLow ? lows[level] : highs[level]) ?? null;
    },
  };
}

/** Which end of the range was crossed last; a value inside does not say. */
function sideOf(memory: Memory | undefined, side: 'low' | 'high' | ''): Memory | undefined {
  return side === '' || memory?.side === side ? memory : { side };
}
