import { type AskOptions, ask } from './ask.ts';

/** Of the 1000 that the API answers at the most; more of a thing nobody chooses from. */
const MOST_PAGES = 20;

interface Pages<Item> {
  items: Item[];
  /** Not null where there is more than was read. */
  next_cursor: string | null;
}

/** Every page of a list, `mostPages` at the most, one after the other, as one. */
export async function askAll<Item>(
  call: `${string} /${string}`,
  options: AskOptions,
  mostPages = MOST_PAGES,
): Promise<Pages<Item>> {
  const all: Pages<Item> = { items: [], next_cursor: null };
  for (let page = 0; page < mostPages; page += 1) {
    const cursor = all.next_cursor ?? undefined;
    const query = { ...options.query, cursor };
    const { items, next_cursor } = await ask<Pages<Item>>(call, { ...options, query });
    all.items.push(...items);
    all.next_cursor = next_cursor;
    if (next_cursor === null) break;
  }
  return all;
}
