/** What a list was last filtered by, so that the way back from one of its rows leads to the same list. */
const last = new Map<string, object>();

export function rememberSearch(list: string, search: object): void {
  last.set(list, search);
}

export function searchBefore<Search extends object>(list: string): Search {
  return (last.get(list) ?? {}) as Search;
}
