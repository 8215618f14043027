import type { Rule } from '#domain/rule.ts';
import type { SensorFacts } from './compiled-rule.ts';

/** What is looked for: a rule made ready, or anything else with a selector. */
interface Watching {
  readonly rule: Pick<Rule, 'id' | 'where'>;
  covers(sensor: SensorFacts): boolean;
}

/** Where something is filed: under its sensors' ids, a label, or the characters that a pattern begins or ends with. */
type Place = readonly [shelf: Shelf, key: string];
type Shelf = 'id' | 'label' | 'prefix' | 'suffix';

/** Patterns with neither a beginning nor an end of their own: every sensor has to look at them. */
const ANYWHERE: Place = ['prefix', ''];
const FIRST_WILDCARD = /[*?]/;

/**
 * Rules by what their selectors say, so that a sensor looks at few besides its own, however many there are. A rule that
 * can be filed in several ways goes where the fewest others are.
 */
export class RuleIndex<T extends Watching> {
  readonly #shelves: Readonly<Record<Shelf, Map<string, T[]>>> = {
    id: new Map(),
    label: new Map(),
    prefix: new Map(),
    suffix: new Map(),
  };
  /** How many keys of a length there are: only beginnings and ends of those lengths are looked up. */
  readonly #lengths = { prefix: new Map<number, number>(), suffix: new Map<number, number>() };
  /** Of rules that were filed by choice. */
  readonly #chosen = new Map<T, readonly Place[]>();

  add(rule: T): void {
    for (const [shelf, key] of idPlaces(rule) ?? this.#choose(rule)) {
      const filed = this.#shelves[shelf].get(key);
      if (filed !== undefined) {
        // The same place twice comes one after the other.
        if (filed.at(-1) !== rule) filed.push(rule);
        continue;
      }
      this.#shelves[shelf].set(key, [rule]);
      this.#countLength(shelf, key, 1);
    }
  }

  delete(rule: T): void {
    const places = this.#chosen.get(rule) ?? idPlaces(rule) ?? [];
    this.#chosen.delete(rule);
    for (const [shelf, key] of places) {
      const filed = this.#shelves[shelf].get(key);
      const at = filed?.indexOf(rule) ?? -1;
      if (filed === undefined || at < 0) continue;
      if (filed.length > 1) filed.splice(at, 1);
      else {
        this.#shelves[shelf].delete(key);
        this.#countLength(shelf, key, -1);
      }
    }
  }

  /** The rules that cover a sensor, in the order of their ids. */
  covering(sensor: SensorFacts): T[] {
    const found = new Set<T>();
    this.#look(sensor, (filed) => {
      for (const rule of filed) if (rule.covers(sensor)) found.add(rule);
    });
    return [...found].sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
  }

  coversAny(sensor: SensorFacts): boolean {
    let isFound = false;
    this.#look(sensor, (filed) => {
      isFound ||= filed.some((rule) => rule.covers(sensor));
    });
    return isFound;
  }

  /** Shows `each` everything that is filed where the sensor may be meant. */
  #look(sensor: SensorFacts, each: (filed: readonly T[]) => void): void {
    const { id, label, prefix, suffix } = this.#shelves;
    const { sensorId, labels } = sensor;
    const show = (filed: readonly T[] | undefined): void => {
      if (filed !== undefined) each(filed);
    };
    show(id.get(sensorId));
    if (label.size > 0) for (const key in labels) show(label.get(labelKey(key, labels[key]!)));
    for (const length of this.#lengths.prefix.keys()) show(prefix.get(sensorId.slice(0, length)));
    for (const length of this.#lengths.suffix.keys()) show(suffix.get(sensorId.slice(-length)));
  }

  #choose(rule: T): readonly Place[] {
    const { sensors = [], labels = {} } = rule.rule.where ?? {};
    const ways = Object.entries(labels).map(([key, value]) => [labelPlace(key, value)]);
    ways.unshift(sensors.length === 0 ? [ANYWHERE] : sensors.map(patternPlace));
    const [first, ...others] = ways.map((places) => ({ places, crowd: this.#crowd(places) }));
    const { places } = others.reduce((best, way) => (way.crowd < best.crowd ? way : best), first!);
    this.#chosen.set(rule, places);
    return places;
  }

  #crowd(places: readonly Place[]): number {
    const sizes = places.map(([shelf, key]) =>
      key === '' ? Number.POSITIVE_INFINITY : (this.#shelves[shelf].get(key)?.length ?? 0),
    );
    return Math.max(...sizes);
  }

  #countLength(shelf: Shelf, key: string, by: 1 | -1): void {
    if (shelf !== 'prefix' && shelf !== 'suffix') return;
    const lengths = this.#lengths[shelf];
    const count = (lengths.get(key.length) ?? 0) + by;
    if (count > 0) lengths.set(key.length, count);
    else lengths.delete(key.length);
  }
}

const isPattern = (text: string): boolean => FIRST_WILDCARD.test(text);

/** The sensors that a selector names one by one; undefined where it has patterns or names none. */
export function namedSensors({ where }: Pick<Rule, 'where'>): readonly string[] | undefined {
  const sensors = where?.sensors;
  return sensors === undefined || sensors.length === 0 || sensors.some(isPattern)
    ? undefined
    : sensors;
}

function idPlaces({ rule }: Watching): Place[] | undefined {
  return namedSensors(rule)?.map((sensorId) => ['id', sensorId]);
}

const labelKey = (key: string, value: string): string => `${key}=${value}`;
const labelPlace = (key: string, value: string): Place => ['label', labelKey(key, value)];

function patternPlace(pattern: string): Place {
  const prefixLength = pattern.search(FIRST_WILDCARD);
  if (prefixLength < 0) return ['id', pattern];
  if (prefixLength > 0) return ['prefix', pattern.slice(0, prefixLength)];
  const suffix = /[^*?]*$/.exec(pattern)![0];
  return suffix === '' ? ANYWHERE : ['suffix', suffix];
}
