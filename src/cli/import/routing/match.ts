import { SEVERITIES, type Severity } from '#domain/rule.ts';
import type { Fields } from '../../as-code/kinds.ts';
import { idOf } from '../config/config-draft.ts';
import type { ImportContext, ImportedAlert } from '../config/import-context.ts';
import { regexFits, regexToTexts } from '../prometheus/label-patterns.ts';
import type { Matcher } from '../prometheus/parse-promql.ts';
import { PromqlError } from '../prometheus/promql-tokens.ts';
import { sensorsOf } from '../prometheus/series-scope.ts';

// Tested by: cli/import/routing/match.test.ts

/** Which alerts: all that is given must fit. */
export interface Match {
  severities: ReadonlySet<Severity>;
  rules?: readonly string[];
  sensors?: readonly string[];
  labels: Readonly<Record<string, string>>;
}

export const EVERYTHING: Match = { severities: new Set(SEVERITIES), labels: {} };

/** Alerts that fit any of the answered, where all matchers must fit. Throws `PromqlError` with the reason where one cannot be asked. */
export function matchesOf(
  matchers: readonly Matcher[],
  base: Match,
  context: ImportContext,
): Match[] {
  let matches: Match[] = [base];
  for (const matcher of matchers) {
    if (matcher.operator === '=~' && matcher.value === '.*') continue;
    const more = alternativesOf(matcher, context);
    matches = matches.flatMap((one) => more.flatMap((other) => both(one, other) ?? []));
  }
  if (matches.length > 20) throw new PromqlError('its matchers make over 20 alternatives');
  return matches;
}

function alternativesOf(matcher: Matcher, context: ImportContext): Match[] {
  const { name, operator, value } = matcher;
  if (name === 'severity') return [{ ...EVERYTHING, severities: severitiesOf(matcher, context) }];
  const ruleIds = name === 'alertname' || isSetByRules(name, context.alerts);
  if (ruleIds) {
    const ids = rulesOf(matcher, context);
    // An empty list would fit every rule.
    if (ids !== undefined) return ids.length === 0 ? [] : [{ ...EVERYTHING, rules: ids }];
  }
  if (name === 'alertname') {
    throw new PromqlError(
      `alertname${operator}"${value}": give the rule files along with it, so that the rules are known`,
    );
  }
  return sensorsOf([matcher], context).map(({ sensors, labels = {} }) => ({
    ...EVERYTHING,
    ...(sensors === undefined ? {} : { sensors }),
    labels,
  }));
}

function severitiesOf(matcher: Matcher, { severities }: ImportContext): Set<Severity> {
  const { operator, value } = matcher;
  const found = severities.find(value);
  const is = operator.endsWith('~')
    ? severities.having((name) => regexFits(value, name) ?? false)
    : new Set(found === undefined ? [] : [found]);
  if (is.size === 0) {
    throw new PromqlError(
      `severity${operator}"${value}" is none of info, warning, critical; --severity ${value}=critical says which`,
    );
  }
  return operator.startsWith('!') ? new Set(SEVERITIES).difference(is) : is;
}

function isSetByRules(label: string, alerts: readonly ImportedAlert[]): boolean {
  return alerts.some(({ labels }) => labels[label] !== undefined);
}

/** The rules whose own labels fit; undefined where no rule is known and the pattern names none. */
function rulesOf({ name, operator, value }: Matcher, context: ImportContext): string[] | undefined {
  const { alerts } = context;
  const isNegative = operator.startsWith('!');
  const fits = (text: string) =>
    operator.endsWith('~') ? regexFits(value, text) === true : text === value;
  const textOf = (alert: ImportedAlert) =>
    name === 'alertname' ? alert.name : (alert.labels[name] ?? '');
  const known = alerts.filter((alert) => fits(textOf(alert)) !== isNegative);
  if (known.length > 0 || alerts.length > 0) return known.flatMap(({ ruleIds }) => ruleIds);
  if (isNegative) return undefined;
  const texts = operator === '=' ? [value] : regexToTexts(value);
  return texts?.map(idOf);
}

/** What fits both; undefined where nothing can. */
function both(a: Match, b: Match): Match | undefined {
  if (areApart(a, b)) return undefined;
  const rules = shared(a.rules, b.rules);
  const sensors = narrower(a.sensors, b.sensors);
  return {
    severities: a.severities.intersection(b.severities),
    ...(rules === undefined ? {} : { rules }),
    ...(sensors === undefined ? {} : { sensors }),
    labels: { ...a.labels, ...b.labels },
  };
}

function shared(a?: readonly string[], b?: readonly string[]): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.filter((one) => b.includes(one));
}

function narrower(a?: readonly string[], b?: readonly string[]): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const common = a.filter((one) => b.includes(one));
  if (common.length > 0) return common;
  throw new PromqlError('it asks for two patterns of one sensor at once');
}

/** Whether no alert can fit both, as far as can be known. */
function areApart(a: Match, b: Match): boolean {
  if (a.severities.isDisjointFrom(b.severities)) return true;
  if (a.rules !== undefined && b.rules !== undefined && shared(a.rules, b.rules)?.length === 0) {
    return true;
  }
  const exact = [a.sensors, b.sensors].every(
    (list) => list !== undefined && !list.some((one) => /[*?]/.test(one)),
  );
  if (exact && shared(a.sensors, b.sensors)?.length === 0) return true;
  return Object.entries(a.labels).some(
    ([name, value]) => b.labels[name] !== undefined && b.labels[name] !== value,
  );
}

/**
 * What fits `match` and not `taken`: undefined where nothing is left. `overlaps` says that some of what was taken could
 * not be taken off, since a policy says what alerts are and not what they are not.
 */
export function without(
  match: Match,
  taken: Match,
): { rest: Match | undefined; overlaps: boolean } {
  if (areApart(match, taken)) return { rest: match, overlaps: false };
  const labelsCover = Object.entries(taken.labels).every(
    ([name, value]) => match.labels[name] === value,
  );
  const sensorsCover =
    taken.sensors === undefined ||
    covers(taken.sensors, match.sensors, (a, b) => a === b || a === '*');
  const rulesCover = taken.rules === undefined || covers(taken.rules, match.rules);
  const severitiesCover = match.severities.isSubsetOf(taken.severities);
  if (!(labelsCover && sensorsCover)) return { rest: match, overlaps: true };
  if (rulesCover) {
    const severities = match.severities.difference(taken.severities);
    return { rest: severities.size === 0 ? undefined : { ...match, severities }, overlaps: false };
  }
  if (severitiesCover && match.rules !== undefined) {
    const rules = match.rules.filter((one) => !taken.rules?.includes(one));
    return { rest: rules.length === 0 ? undefined : { ...match, rules }, overlaps: false };
  }
  return { rest: match, overlaps: true };
}

function covers(
  all: readonly string[],
  some: readonly string[] | undefined,
  same: (a: string, b: string) => boolean = (a, b) => a === b,
): boolean {
  return some?.every((one) => all.some((other) => same(other, one))) ?? false;
}

/** As a policy's `match`; undefined for everything. */
export function matchFields({ severities, rules, sensors, labels }: Match): Fields | undefined {
  const fields: Fields = {
    ...(severities.size === SEVERITIES.length
      ? {}
      : { severity: SEVERITIES.filter((one) => severities.has(one)) }),
    ...(rules === undefined ? {} : { rules: [...rules] }),
    ...(sensors === undefined ? {} : { sensors: [...sensors] }),
    ...(Object.keys(labels).length === 0 ? {} : { labels: { ...labels } }),
  };
  return Object.keys(fields).length === 0 ? undefined : fields;
}
