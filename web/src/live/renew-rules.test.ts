import { expect, test } from 'vitest';
import type { Rule } from '#domain/rule.ts';
import { placed } from './renew-rules.ts';

const rule = (id: string, revision = 1) => ({ id, revision }) as Rule;
const listOf = (isWhole: boolean, ...pages: string[][]) => ({
  pageParams: pages.map((_, at) => String(at)),
  pages: pages.map((ids, at) => ({
    items: ids.map((id) => rule(id)),
    next_cursor: isWhole && at === pages.length - 1 ? null : `after ${at}`,
  })),
});
const idsOf = ({ pages }: ReturnType<typeof listOf>) =>
  pages.map(({ items }) => items.map(({ id, revision }) => `${id}${revision}`).join(' '));

test('a changed rule stands where it stood, a new one where its id belongs, and one that is gone nowhere', () => {
  const list = listOf(true, ['b', 'd'], ['f', 'h'], ['k']);
  const changed = placed(
    list,
    ['d', 'c', 'f', 'z', 'a'],
    [rule('d', 2), rule('c'), rule('z'), rule('a')],
  );
  expect(idsOf(changed as never)).toEqual(['a1 b1 c1 d2', 'h1', 'k1 z1']);
  expect(changed.pages.map(({ next_cursor }) => next_cursor)).toEqual(['after 0', 'after 1', null]);
  // What has not changed is the same, and is not drawn anew.
  const other = placed(list, ['k'], []);
  expect(other.pages[0]).toBe(list.pages[0]);
  expect(idsOf(other as never)).toEqual(['b1 d1', 'f1 h1', '']);
});

test('a rule behind what has been scrolled to comes with its own page', () => {
  const list = listOf(false, ['b', 'd'], ['f', 'h']);
  expect(idsOf(placed(list, ['g', 'k'], [rule('g'), rule('k')]) as never)).toEqual([
    'b1 d1',
    'f1 g1 h1',
  ]);
});
