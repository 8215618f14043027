/** The text that a list is searched for is in the address. */
export interface TextSearch {
  q?: string | undefined;
}

export function readTextSearch({ q }: Record<string, unknown>): TextSearch {
  return q === undefined || q === '' ? {} : { q: String(q) };
}
