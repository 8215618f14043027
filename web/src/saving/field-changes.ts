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
  field: string;
  theirs: unknown;
  mine: unknown;
}

/**
 * What somebody else has changed since `before` was read, beside what the reader has typed. What both made the same is
 * no change.
 */
export function fieldChanges(of: { before: object; theirs: object; mine: object }): FieldChange[] {
  const [before, theirs, mine] = [inputOf(of.before), inputOf(of.theirs), inputOf(of.mine)];
  return [...new Set([...Object.keys(before), ...Object.keys(theirs)])]
    .filter((field) => !isSame(before[field], theirs[field]) && !isSame(theirs[field], mine[field]))
    .map((field) => ({ field, theirs: theirs[field], mine: mine[field] }));
}

/** As JSON, whatever the order of its members. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted);
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
