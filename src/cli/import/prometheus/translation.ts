import type { Condition, Selector } from '#domain/rule.ts';
import { formatDuration } from '#domain/time.ts';
import type { SeriesNames } from './series-scope.ts';

// Tested by: cli/import/prometheus/promql.test.ts

export interface TranslateContext extends SeriesNames {
  /** `for` and `keep_firing_for` of the alert, ms. */
  forMs: number;
  keepMs: number;
}

export interface Translation {
  when: Condition;
  /** Any of them: each makes a rule of its own. */
  where: Selector[];
  /** In which ways the condition does not say quite the same. */
  changes: string[];
}

/** The delays of a condition: those of the alert, and what a window adds to them. */
export function delaysOf(
  { forMs, keepMs }: TranslateContext,
  { onMs = 0, offMs = 0 }: { onMs?: number; offMs?: number } = {},
): { on_delay?: string; off_delay?: string } {
  return {
    ...(forMs + onMs > 0 ? { on_delay: formatDuration(forMs + onMs) } : {}),
    ...(keepMs + offMs > 0 ? { off_delay: formatDuration(keepMs + offMs) } : {}),
  };
}
