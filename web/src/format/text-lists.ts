// Lists and labels as one line of text, and back. What holds a comma or an equals sign is put in quotes, so
// that any list the API takes comes back as it was.
// Tested by: text-lists.test.ts

interface Entry {
  text: string;
  isQuoted: boolean;
  /** Where the entry ends in the line. */
  end: number;
}

/** One entry from `start` to the next of `stops`; in quotes where it begins with one, `""` within is a quote. */
function readEntry(line: string, start: number, stops: string): Entry {
  let at = start;
  const isStop = () => at >= line.length || stops.includes(line.charAt(at));
  while (line.charAt(at).trim() === '' && !isStop()) at += 1;
  if (line.charAt(at) !== '"') {
    const from = at;
    while (!isStop()) at += 1;
    return { text: line.slice(from, at).trim(), isQuoted: false, end: at };
  }
  let text = '';
  for (at += 1; at < line.length; at += 1) {
    if (line.charAt(at) !== '"') text += line.charAt(at);
    else if (line.charAt(at + 1) === '"') {
      text += '"';
      at += 1;
    } else break;
  }
  at += 1;
  while (!isStop()) at += 1;
  return { text, isQuoted: true, end: at };
}

/** `a, "b, c"` → `['a', 'b, c']`; undefined where nothing is named, since absent and empty mean the same to the API. */
export function listOf(line: string): string[] | undefined {
  const parts: string[] = [];
  for (let at = 0; at < line.length; ) {
    const { text, isQuoted, end } = readEntry(line, at, ',');
    if (text !== '' || isQuoted) parts.push(text);
    at = end + 1;
  }
  return parts.length === 0 ? undefined : parts;
}

/** `site=lyon, floor=2` → an object; undefined where nothing is named. */
export function labelsOf(line: string): Record<string, string> | undefined {
  const pairs: [string, string][] = [];
  for (let at = 0; at < line.length; ) {
    const name = readEntry(line, at, ',=');
    const hasValue = line.charAt(name.end) === '=';
    const value = hasValue ? readEntry(line, name.end + 1, ',') : { text: '', end: name.end };
    if (name.text !== '' || name.isQuoted || hasValue) pairs.push([name.text, value.text]);
    at = value.end + 1;
  }
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

function quoted(text: string, special: RegExp): string {
  const isPlain = text !== '' && text === text.trim() && !special.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

export const listText = (list: readonly string[] | undefined) =>
  (list ?? []).map((text) => quoted(text, /[,"]/)).join(', ');

export const labelsText = (labels: Readonly<Record<string, string>> | undefined) =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${quoted(name, /[,="]/)}=${value === '' ? '' : quoted(value, /[,"]/)}`)
    .join(', ');
