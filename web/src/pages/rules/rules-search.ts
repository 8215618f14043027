/** What is in the address of the rules page. */
export interface RulesSearch {
  /** Text within id or name. */
  q?: string | undefined;
}

export function readRulesSearch({ q }: Record<string, unknown>): RulesSearch {
  return q === undefined || q === '' ? {} : { q: String(q) };
}
