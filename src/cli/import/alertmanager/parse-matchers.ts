import { listOf, type Members, membersOf } from '../config/source-document.ts';
import { MATCH_OPERATORS, type Matcher, type MatchOperator } from '../prometheus/parse-promql.ts';
import { unquoted } from '../prometheus/promql-tokens.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

const ONE =
  /^\s*("(?:[^"\\]|\\.)*"|[^\s"=!~{},]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^,"{}]*?)\s*(?:,|$)/s;

/** Matchers as `matchers`, `match` and `match_re` say them; a text is what cannot be read. */
export function parseMatchers({ matchers, match, match_re: matchRe }: Members): Matcher[] | string {
  const found: Matcher[] = [
    ...fromMap(membersOf(match), '='),
    ...fromMap(membersOf(matchRe), '=~'),
  ];
  const texts = typeof matchers === 'string' ? [matchers] : listOf(matchers);
  for (const text of texts) {
    const parsed = parseText(String(text));
    if (parsed === undefined) return `the matcher ${JSON.stringify(text)} cannot be read`;
    found.push(...parsed);
  }
  return found;
}

/** `a="b"`, `a=~b, c!="d"` or the same in braces. */
function parseText(text: string): Matcher[] | undefined {
  const found: Matcher[] = [];
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .trim();
  while (rest !== '') {
    const match = ONE.exec(rest);
    if (match === null) return undefined;
    const [whole, name = '', operator, value = ''] = match;
    found.push({
      name: plain(name),
      operator: operator as MatchOperator,
      value: plain(value),
    });
    rest = rest.slice(whole.length).trim();
  }
  return found;
}

function plain(text: string): string {
  return text.startsWith('"') ? unquoted(text) : text;
}

function fromMap(members: Members, operator: MatchOperator): Matcher[] {
  return Object.entries(members).map(([name, value]) => ({ name, operator, value: String(value) }));
}

/** As silences have them: `{name, value, isRegex, isEqual}`. */
export function silenceMatchers(matchers: unknown): Matcher[] {
  return listOf(matchers).map((one) => {
    const { name, value, isRegex, isEqual } = membersOf(one);
    const index = (isRegex === true ? 2 : 0) + (isEqual === false ? 1 : 0);
    const operator = MATCH_OPERATORS[index] ?? '=';
    return { name: String(name), operator, value: String(value) };
  });
}
