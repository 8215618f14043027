import type { CompiledRule, RuleState } from '#engine/rules/compiled-rule.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { SensorEntry } from './sensor-entry.ts';

/** A timed shelf: it holds alerts that are raised later as well. */
export interface Shelf {
  readonly untilMs: number;
  readonly by: string;
  readonly reason: string;
}

/** One rule watching one sensor. */
export class RuleInstance {
  readonly rule: CompiledRule;
  readonly sensor: SensorEntry;
  state: RuleState | undefined;
  /** The alert that stands, as its row was last written. */
  alert: AlertsTable | undefined;
  /** Until when its alerts are shelved, however often it raises; undefined where they are not. */
  shelf: Shelf | undefined;
  /** Due time of its entry in the timer heap; Infinity where it has none. */
  scheduledMs = Number.POSITIVE_INFINITY;
  /** Set when its rule is replaced: its timer entries are void. */
  isRetired = false;

  constructor(rule: CompiledRule, sensor: SensorEntry) {
    this.rule = rule;
    this.sensor = sensor;
  }
}
