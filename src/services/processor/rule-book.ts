import { isDeepStrictEqual } from 'node:util';
import { conditionKind, type Rule } from '#domain/rule.ts';
import { compileRule } from '#engine/rules/compile-rule.ts';
import type { CompiledRule } from '#engine/rules/compiled-rule.ts';
import { defaultSilentRule } from '#engine/rules/default-silent-rule.ts';
import { RuleInstance } from './rule-instance.ts';
import type { SensorEntry } from './sensor-entry.ts';

// Tested by: processor.test.ts

const isPattern = (text: string): boolean => /[*?]/.test(text);

/**
 * The rules of one customer, made ready. Rules that name their sensors one by one are found by id, so
 * that a hundred thousand of them cost a sensor only its own.
 */
export class RuleBook {
  readonly #bySensor = new Map<string, CompiledRule[]>();
  readonly #general: CompiledRule[] = [];
  readonly #byId = new Map<string, CompiledRule>();

  /** Rules that no longer compile (made by an older version) are reported and left out, never fatal. */
  constructor(rules: readonly Rule[], onBroken: (rule: Rule, error: unknown) => void) {
    const withDefault = rules.some((rule) => rule.id === 'silent')
      ? rules
      : [defaultSilentRule(), ...rules];
    for (const rule of withDefault) {
      if (!rule.enabled) continue;
      try {
        this.#add(compileRule(rule));
      } catch (error) {
        onBroken(rule, error);
      }
    }
  }

  has(ruleId: string, revision: number): boolean {
    return this.#byId.get(ruleId)?.rule.revision === revision;
  }

  get(ruleId: string): CompiledRule | undefined {
    return this.#byId.get(ruleId);
  }

  covering(sensor: SensorEntry): CompiledRule[] {
    const named = this.#bySensor.get(sensor.sensorId) ?? [];
    return [...this.#general, ...named].filter((rule) => rule.covers(sensor));
  }

  #add(compiled: CompiledRule): void {
    this.#byId.set(compiled.rule.id, compiled);
    const sensors = compiled.rule.where?.sensors;
    if (sensors === undefined || sensors.length === 0 || sensors.some(isPattern)) {
      this.#general.push(compiled);
      return;
    }
    for (const sensorId of new Set(sensors)) {
      const known = this.#bySensor.get(sensorId);
      if (known) known.push(compiled);
      else this.#bySensor.set(sensorId, [compiled]);
    }
  }
}

/**
 * Gives a sensor the instances of the rules that cover it. Those whose rule still decides the same keep
 * their state; the others are returned so that their alerts can be closed.
 */
export function attachRules(sensor: SensorEntry, book: RuleBook): RuleInstance[] {
  const before = new Map(sensor.instances.map((instance) => [instance.rule, instance]));
  sensor.instances = book.covering(sensor).map((rule) => {
    const kept = before.get(rule) ?? keepUnchanged(sensor, rule, before);
    if (kept === undefined) return new RuleInstance(rule, sensor);
    before.delete(kept.rule);
    if (kept.rule === rule) return kept;
    const renewed = new RuleInstance(rule, sensor);
    renewed.state = kept.state;
    renewed.alert = kept.alert;
    renewed.shelf = kept.shelf;
    kept.alert = undefined;
    kept.isRetired = true;
    return renewed;
  });
  sensor.forgetShape();
  sensor.readingRules = sensor.instances.filter(({ rule }) => rule.takes === 'reading');
  sensor.arrivalRules = sensor.instances.filter(({ rule }) => rule.takes === 'arrival');
  const gone = [...before.values()];
  for (const instance of gone) instance.isRetired = true;
  return gone;
}

/** An instance of the same rule compiled anew, or of one whose name, texts or policy were changed and no more. */
function keepUnchanged(
  sensor: SensorEntry,
  rule: CompiledRule,
  before: ReadonlyMap<CompiledRule, RuleInstance>,
): RuleInstance | undefined {
  return sensor.instances.find(
    (instance) =>
      before.has(instance.rule) &&
      instance.rule.rule.id === rule.rule.id &&
      decidesAlike(instance.rule.rule, rule.rule),
  );
}

function decidesAlike(a: Rule, b: Rule): boolean {
  if (conditionKind(a.when) !== conditionKind(b.when)) return false;
  if (a.revision === b.revision) return true;
  const deciding = ({ when, schedule, severity }: Rule) => [when, schedule, severity];
  return isDeepStrictEqual(deciding(a), deciding(b));
}

const undelayed = new WeakMap<CompiledRule, CompiledRule>();

/** The same rule without its on-delay, to go on with an alert that has waited for it already. */
export function withoutOnDelay(compiled: CompiledRule): CompiledRule {
  const { on_delay: delay, ...when } = compiled.rule.when;
  if (delay === undefined) return compiled;
  let made = undelayed.get(compiled);
  if (made === undefined) {
    made = compileRule({ ...compiled.rule, when: when as Rule['when'] });
    undelayed.set(compiled, made);
  }
  return made;
}
