import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import type { AuditEntry } from '#domain/audit.ts';
import { ApiProblem } from '../api/api-problem.ts';
import { ask } from '../api/ask.ts';
import { keysQuery, type Page } from '../api/queries.ts';
import { fieldChanges } from './field-changes.ts';
import { isShownByParts } from './field-labels.ts';
import { useMeanwhile } from './meanwhile.tsx';

interface Versioned {
  id: string;
  updated_at: string;
}

interface SaveOver<Stored extends Versioned> {
  /** Such as `/v1/rules/hot`. */
  address: `/${string}`;
  /** As the audit names it, such as `rule/hot`. */
  target: string;
  /** What the change was begun on. */
  before: Stored;
  body: object;
}

interface Saved<Stored> {
  stored: Stored;
  /** False where the reader has chosen what somebody else made of it meanwhile. */
  isMine: boolean;
}

/**
 * Replaces a document with what was typed. Where somebody else has changed it meanwhile the reader is asked whose is to
 * stand; back to the form is a throw of the API's own problem, as is everything else that it refuses.
 */
export function useSaveOver() {
  const askReader = useMeanwhile();
  const queries = useQueryClient();
  return async function saveOver<Stored extends Versioned>(
    save: SaveOver<Stored>,
  ): Promise<Saved<Stored>> {
    const { address, target, before, body } = save;
    try {
      const since = { body, ifUnchangedSince: before.updated_at };
      return { stored: await ask<Stored>(`PUT ${address}`, since), isMine: true };
    } catch (problem) {
      if (!isChangedMeanwhile(problem)) throw problem;
      const theirs = await findTheirs<Stored>(address);
      if (theirs === undefined) throw problem;
      const { id, updated_at: at } = theirs;
      const [kind = ''] = target.split('/');
      const changes = fieldChanges({ before, theirs, mine: body }, (at) =>
        isShownByParts(kind, at),
      );
      if (changes.length > 0) {
        const who = await whoChanged(target, queries);
        const decision = await askReader({ kind, id, at, who, changes });
        if (decision === 'back') throw problem;
        if (decision === 'theirs') return { stored: theirs, isMine: false };
      }
      // Over theirs and no other: whoever comes in between is asked about again.
      return saveOver({ ...save, before: theirs });
    }
  };
}

/** The name of the key, where it has one that the reader may know. */
async function whoChanged(target: string, queries: QueryClient): Promise<string | undefined> {
  try {
    const query = { target, limit: 1 };
    const { items } = await ask<Page<AuditEntry>>('GET /v1/audit', { query });
    const who = items[0]?.who;
    const keys = await queries.fetchQuery(keysQuery);
    return keys.items.find(({ id }) => who?.endsWith(`:${id}`))?.name ?? who;
  } catch {
    // Who may change a thing and not read the audit is asked all the same.
    return undefined;
  }
}

/** Whether the API has refused a change because somebody else was first. */
export function isChangedMeanwhile(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === 'precondition_failed';
}

/** Undefined where it has been removed: the API's words about that are shown. */
async function findTheirs<Stored>(address: `/${string}`): Promise<Stored | undefined> {
  try {
    return await ask<Stored>(`GET ${address}`);
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 404) return undefined;
    throw problem;
  }
}
