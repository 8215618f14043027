import type { Command } from 'commander';
import { SCOPES } from '#domain/caller.ts';
import { usageError } from './command-error.ts';
import { type CommandHost, printLine } from './command-host.ts';
import { names, positiveNumber, timeText } from './options.ts';
import { clientOf, type TargetOptions, withTarget } from './target.ts';

// Tested by: cli/program.test.ts

/** An API key as the API lists it; `key` only in the answer that made it. */
interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  sensors?: string[] | null;
  rate_limit?: number | null;
  created_at?: string;
  expires_at?: string | null;
  revoked_at?: string | null;
  key?: string;
}

interface CreateOptions extends TargetOptions {
  name: string;
  scopes: string[];
  sensors?: string[];
  rateLimit?: number;
  expires?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  $ vigie keys create --name greenhouse --scopes ingest --sensors "greenhouse-*"
  $ vigie keys list
  $ vigie keys revoke dvp4278db6

Each of these needs a key of the scope admin.`;

export function addKeys(program: Command, host: CommandHost): void {
  const keys = program
    .command('keys')
    .description('list, create and revoke API keys')
    .addHelpText('after', EXAMPLES);
  withTarget(keys.command('list').description('list the API keys'))
    .option('--json', 'print JSON')
    .action((options: TargetOptions & { json?: boolean }) => listKeys(host, options));
  withTarget(keys.command('create').description('create an API key and print it, once'))
    .requiredOption('--name <name>', 'what the key is for')
    .option('--scopes <scopes>', `by comma: ${SCOPES.join(', ')}`, names, ['ingest'])
    .option(
      '--sensors <patterns>',
      'an ingest key only for these sensors (* and ?), by comma',
      names,
    )
    .option('--rate-limit <n>', 'at most so many requests a second', positiveNumber)
    .option('--expires <time>', 'a date, or a time with offset', timeText)
    .option('--json', 'print JSON')
    .action((options: CreateOptions) => createKey(host, options));
  withTarget(keys.command('revoke <id>').description('end an API key')).action(
    async (id: string, options: TargetOptions) => {
      await clientOf(host, options).request(`/v1/api-keys/${encodeURIComponent(id)}`, {
        method: 'DELETE',
        signal: host.signal,
      });
      printLine(host.out, `revoked ${id}`);
    },
  );
}

async function listKeys(host: CommandHost, options: TargetOptions & { json?: boolean }) {
  const client = clientOf(host, options);
  const keys: ApiKey[] = [];
  let cursor: string | null | undefined;
  do {
    const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : '';
    const page = await client.request<{ items: ApiKey[]; next_cursor?: string | null }>(
      `/v1/api-keys${query}`,
      { signal: host.signal },
    );
    keys.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  if (options.json) {
    printLine(host.out, JSON.stringify(keys, null, 2));
    return;
  }
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.scopes.join(','),
    key.sensors?.join(',') ?? '*',
    stateOf(key),
  ]);
  for (const line of formatTable([['ID', 'NAME', 'SCOPES', 'SENSORS', 'STATE'], ...rows])) {
    printLine(host.out, line);
  }
}

function stateOf(key: ApiKey): string {
  if (key.revoked_at) return `revoked ${key.revoked_at}`;
  if (!key.expires_at) return 'valid';
  return `${Date.parse(key.expires_at) > Date.now() ? 'valid until' : 'expired'} ${key.expires_at}`;
}

async function createKey(host: CommandHost, options: CreateOptions) {
  const wrong = options.scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (wrong !== undefined) {
    throw usageError(`'${wrong}' is no scope; there are ${SCOPES.join(', ')}`);
  }
  const key = await clientOf(host, options).request<ApiKey>('/v1/api-keys', {
    body: {
      name: options.name,
      scopes: options.scopes,
      ...(options.sensors ? { sensors: options.sensors } : {}),
      ...(options.rateLimit ? { rate_limit: options.rateLimit } : {}),
      ...(options.expires ? { expires_at: options.expires } : {}),
    },
    signal: host.signal,
  });
  if (options.json) {
    printLine(host.out, JSON.stringify(key, null, 2));
    return;
  }
  printLine(host.err, `Key ${key.id} (${key.scopes.join(', ')}). It is shown only now:`);
  printLine(host.out, key.key ?? '');
}

/** Columns padded to their widest cell. */
function formatTable(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
