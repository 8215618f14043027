import { SEVERITIES, type SensorException, type Severity } from '#domain/rule.ts';
import { idOf } from '../config/config-draft.ts';
import type { ImportContext, ImportedAlert } from '../config/import-context.ts';
import { regexFits, regexToTexts } from '../prometheus/label-patterns.ts';
import type { Matcher } from '../prometheus/parse-promql.ts';
import { PromqlError } from '../prometheus/promql-tokens.ts';
import { sensorsOf } from '../prometheus/series-scope.ts';
import { type Asked, both, EVERYTHING, type Match } from './match.ts';

// Tested by: cli/import/routing/match.test.ts

/** Alerts that fit any of the answered, where all matchers must fit. Throws `PromqlError` with the reason where one cannot be asked. */
export function matchesOf(
  matchers: readonly Matcher[],
  base: Match,
  context: ImportContext,
): Match[] {
  let matches: Match[] = [base];
  for (const matcher of matchers) {
    if (matcher.operator === '=~' && matcher.value === '.*') continue;
    if (matcher.operator === '!~' && matcher.value === '.*') return [];
    const more = alternativesOf(matcher, context);
    matches = matches.flatMap((one) => more.flatMap((other) => both(one, other) ?? []));
  }
  if (matches.length > 20) throw new PromqlError('its matchers make over 20 alternatives');
  return matches;
}

function alternativesOf(matcher: Matcher, context: ImportContext): Match[] {
  const { name, operator, value } = matcher;
  if (name === 'severity') return [{ ...EVERYTHING, severities: severitiesOf(matcher, context) }];
  if (name === 'alertname' || isSetByRules(name, context.alerts)) {
    const matches = byRules(matcher, context);
    if (matches !== undefined) return matches;
  }
  if (name === 'alertname') {
    throw new PromqlError(
      `alertname${operator}"${value}": give the rule files along with it, so that the rules are known`,
    );
  }
  return sensorsOf([matcher], context).map(({ not = [], ...selector }) => ({
    ...ofSensors(selector),
    not: not.map(ofSensors),
  }));
}

function ofSensors({ sensors, labels = {} }: SensorException): Asked {
  const { severities } = EVERYTHING;
  return { severities, ...(sensors === undefined ? {} : { sensors }), labels };
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

/** Alerts of the rules whose own labels fit; undefined where no rule is known and the pattern names none. */
function byRules(
  { name, operator, value }: Matcher,
  { alerts }: ImportContext,
): Match[] | undefined {
  const isNegative = operator.startsWith('!');
  if (alerts.length === 0) {
    const texts = operator.endsWith('~') ? regexToTexts(value) : [value];
    return texts && ofRules(texts.map(idOf), !isNegative);
  }
  const fits = (text: string) =>
    (operator.endsWith('~') ? regexFits(value, text) === true : text === value) !== isNegative;
  // Rules that come from elsewhere have another name, and no such label.
  const takesOthers = name === 'alertname' ? isNegative : fits('');
  const textOf = (alert: ImportedAlert) =>
    name === 'alertname' ? alert.name : (alert.labels[name] ?? '');
  const told = alerts.filter((alert) => fits(textOf(alert)) !== takesOthers);
  return ofRules(
    told.flatMap(({ ruleIds }) => ruleIds),
    !takesOthers,
  );
}

/** Alerts of these rules alone, or of all others. An empty list of rules would fit every rule. */
function ofRules(rules: readonly string[], isThese: boolean): Match[] {
  if (rules.length === 0) return isThese ? [] : [EVERYTHING];
  const { severities, labels } = EVERYTHING;
  const asked: Asked = { severities, labels, rules };
  return isThese ? [{ ...asked, not: [] }] : [{ ...EVERYTHING, not: [asked] }];
}
