const SHOWN_LINES = 3;

/** What differs between a file and what it should be, in a few lines; undefined where nothing does. */
export function describeDrift(file: {
  path: string;
  present: string | undefined;
  wanted: string;
}): string | undefined {
  const { path, present, wanted } = file;
  if (present === wanted) return undefined;
  if (present === undefined) return `${path}: is missing`;
  const [before, after] = [present.split('\n'), wanted.split('\n')];
  const added = lessCommon(after, before);
  const removed = lessCommon(before, after);
  const lines = [`${path}: ${removed.length} line(s) less, ${added.length} more`];
  for (const line of removed.slice(0, SHOWN_LINES)) lines.push(`  - ${line.trim()}`);
  for (const line of added.slice(0, SHOWN_LINES)) lines.push(`  + ${line.trim()}`);
  if (added.length + removed.length === 0) lines.push('  the same lines in another order');
  return lines.join('\n');
}

/** The lines of `of` that `from` does not have as often. */
function lessCommon(of: readonly string[], from: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of from) counts.set(line, (counts.get(line) ?? 0) + 1);
  return of.filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}
