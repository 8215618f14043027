import type { ListedRule } from '#domain/questions.ts';
import { defaultSilentRule } from '#engine/rules/default-silent-rule.ts';

/** The rule that stands until somebody replaces it. Deleting the replacement brings it back. */
export function builtInRule(id: string): ListedRule | undefined {
  const silent = defaultSilentRule();
  return id === silent.id ? { ...silent, built_in: true } : undefined;
}

export const BUILT_IN_IDS: readonly string[] = [defaultSilentRule().id];
