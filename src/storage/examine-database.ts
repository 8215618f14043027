import type { DatabaseReport } from './postgres/examine-database.ts';

/** Looks at the database that the settings name, and changes nothing. Throws what the driver says. */
export async function examineDatabase(url: string): Promise<DatabaseReport> {
  // Only who has a database needs its client.
  const { examineDatabase: examine } = await import('./postgres/examine-database.ts');
  return examine(url);
}
