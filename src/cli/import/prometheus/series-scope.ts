import type { Selector } from '#domain/rule.ts';
import { regexToGlobs, regexToTexts } from './label-patterns.ts';
import type { Matcher, PromqlNode } from './parse-promql.ts';
import { PromqlError } from './promql-tokens.ts';

// Tested by: cli/import/prometheus/promql.test.ts

/** What the person who imports says of the names of Prometheus. */
export interface SeriesNames {
  /** Labels whose value is a sensor's id. */
  sensorLabels: readonly string[];
  /** Metrics of Vigie by those of Prometheus, where they differ. */
  metrics: Readonly<Record<string, string>>;
}

/** Which sensors a selector means: any of the alternatives. */
export interface SeriesScope {
  metric: string;
  where: Selector[];
}

type SelectorNode = Extract<PromqlNode, { kind: 'selector' }>;

/** Throws `PromqlError` where sensors cannot be selected like this. */
export function scopeOf(node: SelectorNode, names: SeriesNames): SeriesScope {
  return { metric: metricOf(node, names), where: sensorsOf(node.matchers, names) };
}

function metricOf({ metric }: SelectorNode, { metrics }: SeriesNames): string {
  if (metric === undefined) throw new PromqlError('it names no metric');
  const name = Object.hasOwn(metrics, metric) ? metrics[metric]! : metric;
  if (/^[\p{L}\p{M}\p{N}\-_.]{1,64}$/u.test(name)) return name;
  throw new PromqlError(
    metric.includes(':')
      ? `${metric} is made by a recording rule; where readings have such a metric, name it by --metric ${metric}=<metric>`
      : `${metric} is no name for a metric here; give --metric ${metric}=<metric>`,
  );
}

const MOST_ALTERNATIVES = 20;

/** The selectors, any of which fits, for matchers that all have to. */
export function sensorsOf(matchers: readonly Matcher[], names: SeriesNames): Selector[] {
  let found: Selector[] = [{}];
  for (const matcher of matchers) {
    if (matcher.operator === '=~' && /^\.[*]$/.test(matcher.value)) continue;
    found = found.flatMap((selector) =>
      alternativesOf(matcher, names).map((more) => merged(selector, more)),
    );
  }
  if (found.length > MOST_ALTERNATIVES) {
    throw new PromqlError(
      `its labels make ${found.length} alternatives, over ${MOST_ALTERNATIVES}`,
    );
  }
  return found;
}

function alternativesOf(
  { name, operator, value }: Matcher,
  names: SeriesNames,
  text = `${name}${operator}"${value}"`,
): Selector[] {
  if (operator === '!=' || operator === '!~') {
    const is = { name, value, operator: operator === '!=' ? '=' : '=~' } as const;
    return [{ not: alternativesOf(is, names, text) }];
  }
  const isSensor = names.sensorLabels.includes(name);
  if (operator === '=') {
    if (value === '')
      throw new PromqlError(`${text}: a label that is not there cannot be asked for`);
    return [isSensor ? { sensors: [value] } : { labels: { [name]: value } }];
  }
  if (isSensor) {
    const sensors = regexToGlobs(value);
    if (sensors !== undefined) return [{ sensors }];
  } else {
    const texts = regexToTexts(value);
    if (texts !== undefined) return texts.map((one) => ({ labels: { [name]: one } }));
  }
  throw new PromqlError(
    `${text}: this pattern cannot be asked of ${isSensor ? 'an id' : 'a label'}`,
  );
}

function merged(a: Selector, b: Selector): Selector {
  if (a.sensors !== undefined && b.sensors !== undefined) {
    throw new PromqlError('it asks for two sensors at once');
  }
  const sensors = a.sensors ?? b.sensors;
  const labels = { ...a.labels, ...b.labels };
  const said = Object.entries(b.labels ?? {});
  if (said.some(([name, value]) => a.labels?.[name] !== undefined && a.labels[name] !== value)) {
    throw new PromqlError('it asks for two values of one label at once');
  }
  const not = [...(a.not ?? []), ...(b.not ?? [])];
  return {
    ...(sensors === undefined ? {} : { sensors }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(not.length === 0 ? {} : { not }),
  };
}
