import { isDeepStrictEqual } from 'node:util';
import { isMask } from '#operations/contact/contact-secrets.ts';
import type { ApiClient } from '../api-client.ts';
import { problemError } from '../api-client.ts';
import { type Fields, type Kind, ownedFields } from './kinds.ts';
import type { ConfigItem } from './read-config.ts';

// Tested by: cli/as-code/as-code.test.ts, test/e2e/as-code.test.ts

export interface Step {
  item: ConfigItem;
  action: 'create' | 'change' | 'unchanged';
  /** Names of the fields that change, such as `when.above`. */
  changed: string[];
  /** Secrets that the platform does not show, and that therefore were not compared. */
  hidden: string[];
}

/** So many of a kind are looked up in its list. */
const WORTH_A_LIST = 50;
const PAGE = 1000;

/** What has to be done so that the platform has the items as they are described, with the mark of their set. Reads only. */
export async function makePlan(
  client: ApiClient,
  { items, mark }: { items: readonly ConfigItem[]; mark: string },
  { signal }: { signal: AbortSignal },
): Promise<Step[]> {
  const steps: Step[] = [];
  for (const [kind, ofKind] of Map.groupBy(items, (item) => item.kind)) {
    const stored = await storedOf(client, { kind, count: ofKind.length, signal });
    for (const item of ofKind) {
      const found = stored.get(item.id) ?? (stored.isWhole ? undefined : await find(item));
      steps.push(
        found ? compare(item, found, mark) : { ...CREATION, item, changed: [], hidden: [] },
      );
    }
  }
  return steps;

  async function find(item: ConfigItem): Promise<Fields | undefined> {
    const answer = await client.ask(pathOf(item.kind, item.id), { signal });
    if (answer.ok) return answer.body as Fields;
    if (answer.problem.status === 404) return undefined;
    throw problemError(answer.problem);
  }
}

const CREATION = { action: 'create' } as const;

/** The things of a kind by id, and whether those are all of them. */
class Stored extends Map<string, Fields> {
  isWhole = false;
}

/** From the list of the kind, as long as its pages are fewer than the questions that they spare. */
async function storedOf(
  client: ApiClient,
  { kind, count, signal }: { kind: Kind; count: number; signal: AbortSignal },
): Promise<Stored> {
  const stored = new Stored();
  let cursor: string | null = '';
  for (let pages = 0; pages < count / WORTH_A_LIST - 1 && cursor !== null; pages++) {
    const page: { items: Fields[]; next_cursor: string | null } = await client.request(
      `${kind.path}?limit=${PAGE}${cursor}`,
      { signal },
    );
    for (const thing of page.items) stored.set(String(thing.id), thing);
    cursor = page.next_cursor === null ? null : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
  stored.isWhole = cursor === null;
  return stored;
}

export function pathOf(kind: Kind, id: string): string {
  return `${kind.path}/${encodeURIComponent(id)}`;
}

function compare(item: ConfigItem, answer: Fields, mark: string): Step {
  const { kind, id } = item;
  const wanted = kind.settle(item.fields, id);
  const stored = kind.settle(ownedFields(kind, answer), id);
  // Units belong to readings: those that a file does not name stay as they are.
  if ('metrics' in stored) stored.metrics = only(stored.metrics, wanted.metrics);
  if (stored.metrics === undefined) delete stored.metrics;
  const masked = maskedSettings(stored);
  const hidden = masked.filter((name) => name in (wanted.settings as Fields));
  for (const side of [wanted, stored]) {
    if (side.settings !== undefined) side.settings = without(side.settings as Fields, masked);
  }
  const changed = changedFields(stored, wanted);
  if (kind.isMarked && answer.managed_by !== mark) changed.push('managed_by');
  return {
    item,
    action: changed.length === 0 ? 'unchanged' : 'change',
    changed,
    hidden: hidden.map((name) => `settings.${name}`),
  };
}

function only(metrics: unknown, named: unknown): Fields | undefined {
  if (named === undefined) return undefined;
  const names = Object.keys(named as Fields);
  return Object.fromEntries(
    Object.entries(metrics as Fields).filter(([name]) => names.includes(name)),
  );
}

/** Names of the settings that the API shows masked. */
export function maskedSettings({ settings }: Fields): string[] {
  const entries = Object.entries((settings ?? {}) as Fields);
  return entries.filter(([, value]) => isMask(value)).map(([name]) => name);
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** The innermost members in which two objects differ; lists count as one. */
function changedFields(before: Fields, after: Fields, path = ''): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [from, to] = [before[name], after[name]];
    if (isDeepStrictEqual(from, to)) return [];
    return isObject(from) && isObject(to)
      ? changedFields(from, to, `${path}${name}.`)
      : [`${path}${name}`];
  });
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
