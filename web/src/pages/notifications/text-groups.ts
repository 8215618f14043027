import type { Language } from '#domain/language.ts';
import type { TemplatePart, TemplateText } from '#domain/template.ts';
import { changed, changedAt } from '../../format/change-document.ts';

// The texts of a template as people see them: those for the same channels and events together, each in both languages.
// The order of the document stays, since of two texts that fit alike the first one is taken.
// Tested by: text-groups.test.ts

/** For which channels and events; undefined = for all. */
export interface TextScope {
  channels?: string[] | undefined;
  on?: TemplateText['on'] | undefined;
}

export interface TextGroup extends TextScope {
  /** Where the text of a language stands in the document; not there where there is none. */
  at: Partial<Record<Language, number>>;
}

export const PARTS = ['subject', 'text', 'short'] as const satisfies readonly TemplatePart[];

const scopeKey = ({ channels, on }: TextScope) => JSON.stringify([channels ?? null, on ?? null]);

/** In the order of their first texts. A second text for the same language, channels and events begins a group of its own. */
export function groupsOf(texts: readonly TemplateText[]): TextGroup[] {
  const groups: (TextGroup & { key: string })[] = [];
  for (const [place, text] of texts.entries()) {
    const { language, channels, on } = text;
    const key = scopeKey(text);
    const open = groups.find((group) => group.key === key && group.at[language] === undefined);
    if (open !== undefined) open.at[language] = place;
    else groups.push({ key, channels, on, at: { [language]: place } });
  }
  return groups.map(({ key: _key, ...group }) => group);
}

interface Place {
  group: TextGroup;
  language: Language;
  part: TemplatePart;
}

export function wordsAt(texts: readonly TemplateText[], { group, language, part }: Place): string {
  return texts[group.at[language] ?? -1]?.[part] ?? '';
}

/** With other words at a place; without any, that part is worded as usual. */
export function withWords(
  texts: readonly TemplateText[],
  { group, language, part }: Place,
  words: string,
): TemplateText[] {
  const at = group.at[language];
  const given = { [part]: words === '' ? undefined : words };
  const text = texts[at ?? -1];
  if (at !== undefined && text !== undefined) return changedAt(texts, at, changed(text, given));
  const { channels, on } = group;
  const made = changed<TemplateText>({ language }, { channels, on, ...given });
  const last = Math.max(...Object.values(group.at));
  return [...texts.slice(0, last + 1), made, ...texts.slice(last + 1)];
}

/** With a group for other channels or events. */
export function withScope(
  texts: readonly TemplateText[],
  { at }: TextGroup,
  scope: TextScope,
): TemplateText[] {
  const places = Object.values(at);
  return texts.map((text, place) => (places.includes(place) ? changed(text, scope) : text));
}

export function withoutGroup(texts: readonly TemplateText[], { at }: TextGroup): TemplateText[] {
  const places = Object.values(at);
  return texts.filter((_, place) => !places.includes(place));
}

export function withNewGroup(texts: readonly TemplateText[]): TemplateText[] {
  return [...texts, { language: 'en', on: ['cleared'] }, { language: 'fr', on: ['cleared'] }];
}

/** Without texts that say nothing, which the API does not take; `placeOf` = where one of the document is among them. */
export function sayingTexts(texts: readonly TemplateText[]): {
  texts: TemplateText[];
  placeOf(place: number | undefined): number | undefined;
} {
  const saying = texts.filter((text) => PARTS.some((part) => text[part] !== undefined));
  return {
    texts: saying,
    placeOf(place) {
      const text = texts[place ?? -1];
      const found = text === undefined ? -1 : saying.indexOf(text);
      return found < 0 ? undefined : found;
    },
  };
}
