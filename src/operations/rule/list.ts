import { DEFAULT_PAGE_SIZE, type Page, PageQuery } from '#domain/page.ts';
import type { ListedRule } from '#domain/questions.ts';
import type { Rule } from '#domain/rule.ts';
import { existingDocuments, listDocuments } from '#storage/state/documents.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor, toPage } from '../cursor.ts';
import { parseBody } from '../documents.ts';
import { BUILT_IN_IDS, builtInRule } from './built-in.ts';

// Tested by: rule.test.ts

const check = inputCheck(PageQuery);
const KIND = 'rules';

/** In the order of their ids; built-in rules that nobody has replaced stand among them. */
export async function listRules({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: PageQuery;
}): Promise<Page<ListedRule>> {
  authorize(ctx, 'read');
  const { limit = DEFAULT_PAGE_SIZE, cursor } = check(input);
  const { customer } = ctx.caller;
  const [afterId] = decodeCursor(cursor, KIND, ['string']) ?? [];
  const { db } = ctx.state;
  const page = { customer, kind: 'rule', afterId, limit: limit + 1 } as const;
  const rows = await listDocuments(db, page);
  const replaced = await existingDocuments(db, { customer, kind: 'rule', ids: BUILT_IN_IDS });
  const builtIn = BUILT_IN_IDS.filter(
    (id) => !replaced.has(id) && (afterId === undefined || id > afterId),
  ).flatMap((id) => builtInRule(id) ?? []);
  const rules: ListedRule[] = [...rows.map(parseBody<Rule>), ...builtIn];
  rules.sort((a, b) => (a.id < b.id ? -1 : 1));
  return toPage(rules, limit, {
    item: (rule) => rule,
    cursorOf: ({ id }) => encodeCursor(KIND, [id]),
  });
}
