import { SEVERITIES, type Severity } from '#domain/rule.ts';
import { matchesAny } from '#engine/rules/selector.ts';
import type { Fields } from '../../as-code/kinds.ts';
import { PromqlError } from '../prometheus/promql-tokens.ts';

// Tested by: cli/import/routing/match.test.ts

/** What is asked of an alert: all that is given must fit. */
export interface Asked {
  severities: ReadonlySet<Severity>;
  rules?: readonly string[];
  sensors?: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/** Which alerts: all that is given must fit, and none of `not` may. */
export interface Match extends Asked {
  not: readonly Asked[];
}

export const EVERYTHING: Match = { severities: new Set(SEVERITIES), labels: {}, not: [] };

/** What fits both; undefined where nothing can. Throws `PromqlError` where it cannot be asked. */
export function both(a: Match, b: Match): Match | undefined {
  if (areApart(a, b)) return undefined;
  const rules = shared(a.rules, b.rules);
  const sensors = narrower(a.sensors, b.sensors);
  return withoutIdle({
    severities: a.severities.intersection(b.severities),
    ...(rules === undefined ? {} : { rules }),
    ...(sensors === undefined ? {} : { sensors }),
    labels: { ...a.labels, ...b.labels },
    not: [...a.not, ...b.not],
  });
}

/** The match without exceptions that cannot fit, or that others say already; undefined where one takes all of it. */
function withoutIdle(match: Match): Match | undefined {
  if (match.not.some((one) => isWithin(match, one))) return undefined;
  const not: Asked[] = [];
  for (const one of match.not) {
    if (areAskedApart(match, one) || not.some((other) => isWithin(one, other))) continue;
    not.push(one);
  }
  return { ...match, not };
}

function shared(a?: readonly string[], b?: readonly string[]): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.filter((one) => b.includes(one));
}

/** The narrower pattern of each two that a sensor can fit both of. */
function narrower(a?: readonly string[], b?: readonly string[]): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const found = a.flatMap((one) =>
    b.filter((other) => !arePatternsApart(one, other)).map((other) => narrowerOf(one, other)),
  );
  return [...new Set(found)];
}

function narrowerOf(a: string, b: string): string {
  if (isPatternFor(a, b)) return b;
  if (isPatternFor(b, a)) return a;
  throw new PromqlError('it asks for two patterns of one sensor at once');
}

/** Whether no alert can fit both, as far as can be known. */
function areApart(a: Match, b: Match): boolean {
  return (
    areAskedApart(a, b) ||
    a.not.some((one) => isWithin(b, one)) ||
    b.not.some((one) => isWithin(a, one))
  );
}

function areAskedApart(a: Asked, b: Asked): boolean {
  if (a.severities.isDisjointFrom(b.severities)) return true;
  if (a.rules !== undefined && b.rules !== undefined && shared(a.rules, b.rules)?.length === 0) {
    return true;
  }
  const { sensors } = b;
  if (
    sensors !== undefined &&
    a.sensors?.every((one) => sensors.every((other) => arePatternsApart(one, other)))
  ) {
    return true;
  }
  return Object.entries(a.labels).some(
    ([name, value]) => b.labels[name] !== undefined && b.labels[name] !== value,
  );
}

/** Whether all that fits `a` fits `b`, as far as can be known. */
function isWithin(a: Asked, b: Asked): boolean {
  return Object.values(coverOf(a, b)).every(Boolean);
}

/** Which members of `b` ask nothing more than `a` does. */
function coverOf(a: Asked, b: Asked) {
  return {
    severities: a.severities.isSubsetOf(b.severities),
    rules: b.rules === undefined || covers(b.rules, a.rules),
    sensors: b.sensors === undefined || covers(b.sensors, a.sensors, isPatternFor),
    labels: Object.entries(b.labels).every(([name, value]) => a.labels[name] === value),
  };
}

const isExact = (pattern: string) => !/[*?]/.test(pattern);
/** What a pattern begins with, whatever comes then. */
const startOf = (pattern: string) => pattern.replace(/[*?].*$/s, '');

/** Whether whatever fits `one`, a pattern or an id, fits the pattern, as far as can be known. */
function isPatternFor(pattern: string, one: string): boolean {
  if (pattern === one) return true;
  if (isExact(one)) return matchesAny([pattern], one);
  return pattern === `${startOf(pattern)}*` && startOf(one).startsWith(startOf(pattern));
}

/** Whether no id fits both, as far as can be known. */
function arePatternsApart(a: string, b: string): boolean {
  if (isExact(a)) return !isPatternFor(b, a);
  if (isExact(b)) return !isPatternFor(a, b);
  return !startOf(a).startsWith(startOf(b)) && !startOf(b).startsWith(startOf(a));
}

/**
 * What fits `match` and not `taken`: any of the answered; none where nothing is left. `overlaps` says that what was taken
 * could not be taken off.
 */
export function without(match: Match, taken: Match): { rest: Match[]; overlaps: boolean } {
  if (areApart(match, taken)) return { rest: [match], overlaps: false };
  try {
    const rest = minus(match, taken);
    // What was taken is not for these.
    const spared = taken.not.flatMap((one) => both(match, { ...one, not: [] }) ?? []);
    return { rest: rest === undefined ? spared : [rest, ...spared], overlaps: false };
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return { rest: [match], overlaps: true };
  }
}

/** What fits `match`, and not what is asked; said without an exception where there is a shorter way. */
function minus(match: Match, asked: Asked): Match | undefined {
  const { severities, rules, sensors, labels } = coverOf(match, asked);
  if (rules && sensors && labels) {
    const left = match.severities.difference(asked.severities);
    return left.size === 0 ? undefined : { ...match, severities: left };
  }
  if (severities && sensors && labels && match.rules !== undefined) {
    return { ...match, rules: match.rules.filter((one) => !asked.rules?.includes(one)) };
  }
  const other = Object.entries(asked.labels).filter(
    ([name, value]) => match.labels[name] !== value,
  );
  const exception: Asked = {
    severities: severities ? EVERYTHING.severities : asked.severities,
    ...(rules || asked.rules === undefined ? {} : { rules: asked.rules }),
    ...(sensors || asked.sensors === undefined ? {} : { sensors: asked.sensors }),
    labels: Object.fromEntries(other),
  };
  return withoutIdle({ ...match, not: [...match.not, exception] });
}

function covers(
  all: readonly string[],
  some: readonly string[] | undefined,
  same: (a: string, b: string) => boolean = (a, b) => a === b,
): boolean {
  return some?.every((one) => all.some((other) => same(other, one))) ?? false;
}

/** As a policy's `match`; undefined for everything. */
export function matchFields({ not, ...asked }: Match): Fields | undefined {
  const fields: Fields = {
    ...askedFields(asked),
    ...(not.length === 0 ? {} : { not: not.map(askedFields) }),
  };
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function askedFields({ severities, rules, sensors, labels }: Asked): Fields {
  return {
    ...(severities.size === SEVERITIES.length
      ? {}
      : { severity: SEVERITIES.filter((one) => severities.has(one)) }),
    ...(rules === undefined ? {} : { rules: [...rules] }),
    ...(sensors === undefined ? {} : { sensors: [...sensors] }),
    ...(Object.keys(labels).length === 0 ? {} : { labels: { ...labels } }),
  };
}
