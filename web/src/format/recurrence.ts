// A rule of RFC 5545 (3.3.10) as text: one part is read or changed, the others stay as they are.
// Tested by: recurrence.test.ts

const partsOf = (rule: string) => rule.split(';').filter(Boolean);
const nameOf = (part: string) => part.split('=', 1)[0]?.trim().toUpperCase();

/** `partOf('FREQ=WEEKLY;BYDAY=MO', 'BYDAY')` → `MO`; empty where the rule does not have it. */
export function partOf(rule: string | undefined, name: string): string {
  const part = partsOf(rule ?? '').find((one) => nameOf(one) === name);
  return part?.slice(part.indexOf('=') + 1).trim() ?? '';
}

/** With parts set, or taken out where they are empty; undefined where nothing is left: it happens once. */
export function withParts(
  rule: string | undefined,
  given: Readonly<Record<string, string>>,
): string | undefined {
  const left = new Map(Object.entries(given));
  const kept = partsOf(rule ?? '').flatMap((part) => {
    const name = nameOf(part) ?? '';
    const value = left.get(name);
    if (value === undefined) return [part];
    left.delete(name);
    return value === '' ? [] : [`${name}=${value}`];
  });
  const added = [...left].flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`]));
  return [...kept, ...added].join(';') || undefined;
}

/** `20261231T235900Z` or `20261231` → RFC 3339; empty where it is neither. */
export function untilMoment(until: string): string {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/i.exec(until);
  if (match === null) return '';
  const [, year, month, day, hour = '23', minute = '59', second = '59'] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

/** RFC 3339 in UTC → `20261231T235900Z`; empty stays empty. */
export function momentUntil(moment: string): string {
  return moment.replace(/[-:]|\.\d+/g, '');
}
