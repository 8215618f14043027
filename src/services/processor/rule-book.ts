import { isDeepStrictEqual } from 'node:util';
import type { Rule } from '#domain/rule.ts';
import { compileRule } from '#engine/rules/compile-rule.ts';
import type { CompiledRule } from '#engine/rules/compiled-rule.ts';
import { defaultSilentRule } from '#engine/rules/default-silent-rule.ts';
import { RuleIndex } from '#engine/rules/rule-index.ts';
import { RuleInstance } from './rule-instance.ts';
import type { SensorEntry } from './sensor-entry.ts';

// Tested by: processor.test.ts

const BUILT_IN = defaultSilentRule();

type OnBroken = (rule: Rule, error: unknown) => void;

/** A rule before and after a change; undefined where it does not run. */
export interface RuleChange {
  before: CompiledRule | undefined;
  after: CompiledRule | undefined;
}

/** The rules of one customer, made ready; the built-in one among them until somebody replaces it. */
export class RuleBook {
  readonly #index = new RuleIndex<CompiledRule>();
  readonly #byId = new Map<string, CompiledRule>();
  readonly #onBroken: OnBroken;

  /** Rules that no longer compile (made by an older version) are reported and left out, never fatal. */
  constructor(rules: readonly Rule[], onBroken: OnBroken) {
    this.#onBroken = onBroken;
    this.change(BUILT_IN.id, undefined);
    this.add(rules);
  }

  /** What must be in the store for the book to be right: not the built-in rule where it stands, but what took its place. */
  idsOfStored(): Set<string> {
    const ids = new Set(this.#byId.keys()).add(BUILT_IN.id);
    if (this.#byId.get(BUILT_IN.id)?.rule === BUILT_IN) ids.delete(BUILT_IN.id);
    return ids;
  }

  get(ruleId: string): CompiledRule | undefined {
    return this.#byId.get(ruleId);
  }

  covering(sensor: SensorEntry): CompiledRule[] {
    return this.#index.covering(sensor);
  }

  add(rules: readonly Rule[]): void {
    for (const rule of rules) this.change(rule.id, rule);
  }

  /** Puts the rule as it is stored into the place of the one with its id; undefined where there is none any more. */
  change(ruleId: string, stored: Rule | undefined): RuleChange {
    const before = this.#byId.get(ruleId);
    const after = this.#ready(stored ?? (ruleId === BUILT_IN.id ? BUILT_IN : undefined));
    if (before !== undefined) this.#index.delete(before);
    if (after === undefined) this.#byId.delete(ruleId);
    else {
      this.#byId.set(ruleId, after);
      this.#index.add(after);
    }
    return { before, after };
  }

  #ready(rule: Rule | undefined): CompiledRule | undefined {
    if (rule === undefined || !rule.enabled) return undefined;
    try {
      return compileRule(rule);
    } catch (error) {
      this.#onBroken(rule, error);
      return undefined;
    }
  }
}

/**
 * Gives a sensor the instances of the rules that cover it. Those whose rule still decides the same keep
 * their state; the others are returned so that their alerts can be closed.
 */
export function attachRules(sensor: SensorEntry, book: RuleBook): RuleInstance[] {
  const before = new Map(sensor.instances.map((instance) => [instance.rule.rule.id, instance]));
  sensor.instances = book.covering(sensor).map((rule) => {
    const known = before.get(rule.rule.id);
    if (known === undefined || !decidesAlike(known.rule, rule)) {
      return new RuleInstance(rule, sensor);
    }
    before.delete(rule.rule.id);
    return known.rule === rule ? known : renewed(known, rule);
  });
  sensor.forgetShape();
  sensor.readingRules = sensor.instances.filter(({ rule }) => rule.takes === 'reading');
  sensor.arrivalRules = sensor.instances.filter(({ rule }) => rule.takes === 'arrival');
  const gone = [...before.values()];
  for (const instance of gone) instance.isRetired = true;
  return gone;
}

/** The same goes on with a rule of which the name, texts or policy were changed and no more. */
function renewed(known: RuleInstance, rule: CompiledRule): RuleInstance {
  const next = new RuleInstance(rule, known.sensor);
  next.state = known.state;
  next.alert = known.alert;
  next.shelf = known.shelf;
  known.alert = undefined;
  known.isRetired = true;
  return next;
}

function decidesAlike(a: CompiledRule, b: CompiledRule): boolean {
  if (a === b) return true;
  // Not by the revision: a rule that was removed and made again begins at one once more.
  const deciding = ({ rule: { when, schedule, severity } }: CompiledRule) => [
    when,
    schedule,
    severity,
  ];
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
