import { type Static, type TSchema, Type } from 'typebox';

/** Where a list goes on: `next_cursor` of the page before. Opaque to callers. */
export const Cursor = Type.String({
  maxLength: 1000,
  description: 'next_cursor of the page before',
});

export const pageFields = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'Items a page; 100 unless given' }),
  ),
  cursor: Type.Optional(Cursor),
};
export const DEFAULT_PAGE_SIZE = 100;

export const DateTime = Type.String({ format: 'date-time' });

/** The answer of every list. */
export function pageOf<T extends TSchema>(item: T, title: string) {
  return Type.Object(
    { items: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) },
    { title },
  );
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** What searches a list of documents: rules, contacts, policies… */
export const searchFields = {
  ...pageFields,
  q: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'Text within id or name, whatever the case of its letters. A page may then hold fewer than `limit` and still have a next one',
    }),
  ),
};

export const SearchQuery = Type.Object(searchFields, {
  additionalProperties: false,
  title: 'SearchQuery',
});
export type SearchQuery = Static<typeof SearchQuery>;

export const PageQuery = Type.Object(pageFields, {
  additionalProperties: false,
  title: 'PageQuery',
});
export type PageQuery = Static<typeof PageQuery>;
