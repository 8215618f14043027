import type { Selector, SensorException } from '#domain/rule.ts';
import type { Problem } from './condition.ts';

type SelectorTest = (sensorId: string, labels: Readonly<Record<string, string>>) => boolean;

const compiled = new WeakMap<Selector, SelectorTest>();

/**
 * Does a selector cover a sensor: any of its id patterns (`*` any characters, `?` one character) and
 * all of its labels, and none of its exceptions. An absent or empty list of patterns and an absent selector cover every
 * sensor.
 * Each selector object is compiled once.
 */
export function selectorMatches(
  selector: Selector | undefined,
  sensorId: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (selector === undefined) return true;
  let test = compiled.get(selector);
  if (test === undefined) {
    test = compileSelector(selector);
    compiled.set(selector, test);
  }
  return test(sensorId, labels);
}

function compileSelector({ not = [], ...asked }: Selector): SelectorTest {
  const fits = compileAsked(asked);
  if (not.length === 0) return fits;
  const exceptions = not.map(compileAsked);
  return (sensorId, present) =>
    fits(sensorId, present) && !exceptions.some((isLeftOut) => isLeftOut(sensorId, present));
}

function compileAsked({ sensors = [], labels = {} }: SensorException): SelectorTest {
  const wanted = Object.entries(labels);
  return (sensorId, present) =>
    (sensors.length === 0 || matchesAny(sensors, sensorId)) &&
    wanted.every(([key, value]) => Object.hasOwn(present, key) && present[key] === value);
}

/**
 * A glob as a function. Greedy with one point of return (the last `*`): at worst pattern × text steps, never
 * the exponential time of a regular expression.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  if (/^[^*?]*\*$/.test(pattern)) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  const parts = [...pattern];
  return (text) => globMatches(parts, [...text]);
}

function globMatches(pattern: readonly string[], text: readonly string[]): boolean {
  let [p, t, starAt, resumeAt] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      starAt = p++;
      resumeAt = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

const sets = new WeakMap<readonly string[], (sensorId: string) => boolean>();

/** Does any of the id patterns fit? An empty list fits nothing. Each list is compiled once. */
export function matchesAny(patterns: readonly string[], sensorId: string): boolean {
  let test = sets.get(patterns);
  if (test === undefined) {
    test = compilePatterns(patterns);
    sets.set(patterns, test);
  }
  return test(sensorId);
}

function compilePatterns(patterns: readonly string[]): (sensorId: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !/[*?]/.test(pattern)));
  const globs = patterns.filter((pattern) => /[*?]/.test(pattern)).map(compileGlob);
  return (sensorId) => exact.has(sensorId) || globs.some((glob) => glob(sensorId));
}

/** Patterns that no sensor id can match. */
export function selectorProblems({ sensors, not = [] }: Selector): Problem[] {
  return [
    ...patternProblems(sensors, '/where/sensors'),
    ...not.flatMap((one, at) => patternProblems(one.sensors, `/where/not/${at}/sensors`)),
  ];
}

function patternProblems(patterns: readonly string[] = [], pointer: string): Problem[] {
  const problems: Problem[] = [];
  for (const [index, pattern] of patterns.entries()) {
    if (/^[\p{L}\p{M}\p{N}\-_.:*?]+$/u.test(pattern)) continue;
    const detail = `no sensor id matches '${pattern}': ids have letters, digits, -, _, . and :`;
    problems.push({ pointer: `${pointer}/${index}`, detail });
  }
  return problems;
}
