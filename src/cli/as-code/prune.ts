import type { ApiClient } from '../api-client.ts';
import { problemError } from '../api-client.ts';
import { type CommandHost, printLine } from '../command-host.ts';
import { KINDS, type Kind } from './kinds.ts';
import { listThings } from './list-things.ts';
import { pathOf } from './plan.ts';
import type { ConfigItem } from './read-config.ts';

// Tested by: test/e2e/as-code.test.ts

/** A thing that files of a set made once, and that they no longer describe. */
export interface Leftover {
  kind: Kind;
  id: string;
}

/** The leftovers of a set, in the order in which they can go: what needs others first. Reads only. */
export async function findLeftovers(
  client: ApiClient,
  { items, mark }: { items: readonly ConfigItem[]; mark: string },
  { signal }: { signal: AbortSignal },
): Promise<Leftover[]> {
  const described = new Set(items.map(({ kind, id }) => `${kind.name}/${id}`));
  const found: Leftover[] = [];
  for (const kind of KINDS.filter(({ isMarked }) => isMarked).toReversed()) {
    for (const { id, managed_by: owner } of await listThings(client, kind, signal)) {
      if (owner === mark && !described.has(`${kind.name}/${id}`)) found.push({ kind, id: `${id}` });
    }
  }
  return found;
}

export function printLeftover(host: CommandHost, { kind, id }: Leftover): void {
  printLine(host.out, `delete    ${kind.name}/${id}`);
}

/** Deletes them; throws the first refusal. One that somebody else has deleted meanwhile counts as done. */
export async function deleteLeftovers(
  { host, client }: { host: CommandHost; client: ApiClient },
  leftovers: readonly Leftover[],
): Promise<void> {
  for (const [done, { kind, id }] of leftovers.entries()) {
    const answer = await client.ask(pathOf(kind, id), { method: 'DELETE', signal: host.signal });
    if (!answer.ok && answer.problem.status !== 404) {
      printLine(host.err, `${done} of ${leftovers.length} were deleted, the others were not`);
      throw problemError(answer.problem);
    }
    printLine(host.out, `deleted ${kind.name}/${id}`);
  }
}
