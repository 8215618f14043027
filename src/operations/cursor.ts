import type { Page } from '#domain/page.ts';
import { refuse } from './check-input.ts';

/** Where a list stopped. `kind` keeps a cursor of one list out of another. */
export type CursorParts = readonly (string | number)[];

export function encodeCursor(kind: string, parts: CursorParts): string {
  return Buffer.from(JSON.stringify([kind, ...parts])).toString('base64url');
}

/**
 * The parts of a cursor that `encodeCursor` made, checked against the types given by `shape`; undefined where there is
 * none. Throws `invalid_request` for anything else.
 */
export function decodeCursor<const S extends readonly ('string' | 'number')[]>(
  text: string | undefined,
  kind: string,
  shape: S,
): { -readonly [K in keyof S]: S[K] extends 'number' ? number : string } | undefined {
  if (text === undefined) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    parts = undefined;
  }
  const isOurs =
    Array.isArray(parts) &&
    parts.length === shape.length + 1 &&
    parts[0] === kind &&
    shape.every((type, at) => typeof (parts as unknown[])[at + 1] === type);
  if (!isOurs) {
    throw refuse([{ pointer: '/cursor', detail: 'is not the next_cursor of this list' }]);
  }
  return (parts as unknown[]).slice(1) as never;
}

/**
 * A page of rows of which one more than `limit` was asked for: the extra one only tells that there is more.
 * `cursorOf` makes the cursor of the last row that is shown.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, cursorOf }: { item(row: Row): Item; cursorOf(row: Row): string },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    next_cursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}
