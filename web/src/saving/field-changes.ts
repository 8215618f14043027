/** Fields that the platform gives and does not take. */
const GIVEN = new Set([
  'id',
  'created_at',
  'updated_at',
  'revision',
  'built_in',
  'is_open',
  'next',
  'at',
  'contact',
  'until',
  'handovers',
  'failing',
  'warnings',
]);

/** What a PUT takes of a stored document. */
export function inputOf(stored: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !GIVEN.has(name)));
}

/** One field that somebody else has changed: what they made of it, and what the reader would. */
export interface FieldChange {
  /** Where the document has it (RFC 6901). */
  pointer: string;
  theirs: unknown;
  mine: unknown;
}

interface Versions {
  before: unknown;
  theirs: unknown;
  mine: unknown;
}

/**
 * What somebody else has changed since `before` was read, beside what the reader has typed. What both made the same is
 * no change. `isShownByParts` tells of a pointer whether what stands there is compared part by part.
 */
export function fieldChanges(
  of: { before: object; theirs: object; mine: object },
  isShownByParts: (pointer: string) => boolean = () => false,
): FieldChange[] {
  const changesOf = (versions: Versions, pointer: string): FieldChange[] => {
    const { before, theirs, mine } = versions;
    if (isSame(before, theirs) || isSame(theirs, mine)) return [];
    const parts = partsOf(versions);
    const isWhole = parts === undefined || (pointer !== '' && !isShownByParts(pointer));
    if (isWhole) return [{ pointer, theirs, mine }];
    return parts.flatMap(([name, part]) => changesOf(part, `${pointer}/${name}`));
  };
  const inputs = { before: inputOf(of.before), theirs: inputOf(of.theirs), mine: inputOf(of.mine) };
  return changesOf(inputs, '');
}

/** By name, what was there before first; undefined where one of them has no parts. */
function partsOf({ before, theirs, mine }: Versions): [string, Versions][] | undefined {
  const [old, other, own] = [before, theirs, mine].map((value) => value ?? {});
  if (!isObject(old) || !isObject(other) || !isObject(own)) return undefined;
  return [...new Set([...Object.keys(old), ...Object.keys(other)])].map((name) => [
    name,
    { before: old[name], theirs: other[name], mine: own[name] },
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON, whatever the order of its members. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted);
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
