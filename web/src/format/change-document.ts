import type { Partly } from '../ui/partly.ts';

// Tested by: change-document.test.ts

/** A document with some fields changed; a field that is set to undefined is left out. */
export function changed<Document extends object>(
  document: Document | undefined,
  part: Partly<Document>,
): Document {
  const fields = Object.entries({ ...document, ...part }) as [string, unknown][];
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Document;
}

/** The same for a part of a document that is left out where nothing is left of it. */
export function changedPart<Part extends object>(
  before: Part | undefined,
  part: Partly<Part>,
): Part | undefined {
  const after = changed(before, part);
  return Object.keys(after).length === 0 ? undefined : after;
}

/** A list with the item at a place changed. */
export function changedAt<Item>(list: readonly Item[], place: number, item: Item): Item[] {
  return list.map((other, at) => (at === place ? item : other));
}

export function withoutAt<Item>(list: readonly Item[], place: number): Item[] {
  return list.filter((_, at) => at !== place);
}

/** undefined for a list without items: absent and empty mean the same to the API. */
export function unlessEmpty<Item>(list: readonly Item[]): Item[] | undefined {
  return list.length === 0 ? undefined : [...list];
}
