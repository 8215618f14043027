/** `a, b` → `['a', 'b']`; undefined where nothing is named, since absent and empty mean the same to the API. */
export function listOf(text: string): string[] | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return parts.length === 0 ? undefined : parts;
}

/** `site=lyon, floor=2` → an object; undefined where nothing is named. */
export function labelsOf(text: string): Record<string, string> | undefined {
  const pairs = (listOf(text) ?? []).map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return pairs.length === 0 ? undefined : (Object.fromEntries(pairs) as Record<string, string>);
}

export const listText = (list: readonly string[] | undefined) => (list ?? []).join(', ');

export const labelsText = (labels: Readonly<Record<string, string>> | undefined) =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** Without what is undefined, and without objects that are left empty. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, part]) =>
        part !== undefined &&
        !(
          typeof part === 'object' &&
          part !== null &&
          !Array.isArray(part) &&
          Object.keys(part).length === 0
        ),
    ),
  ) as T;
}
