import type { CompiledQuery, KyselyPlugin, RootOperationNode } from 'kysely';
import type { StateDb } from '#storage/state/state-store.ts';

/**
 * The statements that `work` runs, each with how SQLite finds its rows at present: a line for each table, beginning with `SEARCH`
 * (by an index or key) or `SCAN` (from end to end). Statements within a transaction of their own are not seen.
 */
export async function plansOf(
  db: StateDb,
  work: (db: StateDb) => Promise<unknown>,
): Promise<{ sql: string; plan: string[] }[]> {
  const seen: CompiledQuery[] = [];
  const recorder: KyselyPlugin = {
    transformQuery({ node, queryId }): RootOperationNode {
      seen.push(db.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  await work(db.withPlugin(recorder));
  const planOf = async (query: CompiledQuery) => {
    const sql = `EXPLAIN QUERY PLAN ${query.sql}`;
    const { rows } = await db.executeQuery<{ detail: string }>({ ...query, sql });
    const lines = rows.map(({ detail }) => detail);
    return { sql: query.sql, plan: lines.filter((line) => /^(SCAN|SEARCH) /.test(line)) };
  };
  const plans = [];
  for (const query of seen) plans.push(await planOf(query));
  return plans;
}
