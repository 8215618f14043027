import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import { english } from './english.ts';
import { french } from './french.ts';

type Elements = ReturnType<IntlMessageFormat['getAst']>;
interface Tree {
  [name: string]: string | Tree;
}

/** Every text by its whole name, such as `alerts.title`. */
function textsOf(tree: Tree, above = ''): [name: string, text: string][] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [[above + name, value] as [string, string]]
      : textsOf(value, `${above}${name}.`),
  );
}

/** What a text wants to be given: arguments with their kind (1 = plain, 2 = number, …, 8 = tag), also of the branches. */
function argumentsOf(elements: Elements): string[] {
  return elements.flatMap((element) => {
    if (!('value' in element) || element.type === 0) return [];
    const branches =
      'options' in element
        ? Object.values(element.options).flatMap(({ value }) => argumentsOf(value))
        : [];
    const children = 'children' in element ? argumentsOf(element.children) : [];
    return [`${element.value}:${element.type}`, ...branches, ...children];
  });
}

function parse([name, text]: [string, string], locale: string) {
  try {
    return new Set(argumentsOf(new IntlMessageFormat(text, locale).getAst()));
  } catch (error) {
    throw new Error(`${locale} ${name} is not an ICU message: ${text}`, { cause: error });
  }
}

describe('the catalogues of the dashboard', () => {
  const [inEnglish, inFrench] = [new Map(textsOf(english)), new Map(textsOf(french))];

  test('have the same names in both languages, and no text is empty', () => {
    expect([...inFrench.keys()].sort()).toEqual([...inEnglish.keys()].sort());
    expect(inEnglish.size).toBeGreaterThan(100);
    const empty = [...inEnglish, ...inFrench].filter(([, text]) => text.trim() === '');
    expect(empty).toEqual([]);
  });

  test('parse as ICU messages, and want the same arguments in both languages', () => {
    for (const [name, text] of inEnglish) {
      const wanted = parse([name, text], 'en');
      expect(parse([name, inFrench.get(name) ?? ''], 'fr'), name).toEqual(wanted);
    }
  });

  test('choose between the same cases: a select knows the same words', () => {
    const casesOf = (elements: Elements): string[] =>
      elements.flatMap((element) =>
        element.type === 5 ? [`${element.value}: ${Object.keys(element.options).sort()}`] : [],
      );
    for (const [name, text] of inEnglish) {
      const ofFrench = new IntlMessageFormat(inFrench.get(name) ?? '', 'fr').getAst();
      expect(casesOf(ofFrench), name).toEqual(casesOf(new IntlMessageFormat(text, 'en').getAst()));
    }
  });
});
