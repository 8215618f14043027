import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from '#domain/language.ts';
import type { MessageKind } from '#domain/message-kinds.ts';
import {
  TEMPLATE_ARGUMENTS,
  TEMPLATE_PARTS,
  type TemplateArgument,
  type TemplatePart,
  type TemplateText,
} from '#domain/template.ts';

export type TemplateFill = Readonly<Record<TemplateArgument, string | number>>;
/** The words of a template for one message. */
export type ChosenTexts = Partial<Record<TemplatePart, string>>;

/** A template that cannot be filled in, or says nothing. */
class TemplateFailure extends Error {}

type Elements = ReturnType<IntlMessageFormat['getAst']>;
type Place = { start: { line: number; column: number } } | undefined;

// Kinds of element of the parser (@formatjs/icu-messageformat-parser, TYPE), which are no public constants of the formatter.
const [LITERAL, NUMBER, DATE, TIME, PLURAL, TAG] = [0, 2, 3, 4, 6, 8];

/** One argument of a text. */
interface Argument {
  name: string;
  type: number;
  place: Place | undefined;
}

function parse(text: string, language: Language): IntlMessageFormat {
  return new IntlMessageFormat(text, language, undefined, {
    ignoreTag: true,
    captureLocation: true,
  });
}

/** What is wrong with a text: where its syntax breaks, or which arguments are not known or not of that type. */
export function templateProblems(text: string, language: Language): string[] {
  let elements: Elements;
  try {
    elements = parse(text, language).getAst();
  } catch (error) {
    const { location, message } = error as Error & { location?: Place };
    const reason = message.toLowerCase().replaceAll('_', ' ');
    return [`${placeText(location)}: is no ICU message format: ${reason}`];
  }
  return argumentsOf(elements).flatMap(({ name, type, place }) => {
    const known = Object.hasOwn(TEMPLATE_ARGUMENTS, name);
    if (!known) {
      const names = Object.keys(TEMPLATE_ARGUMENTS).join(', ');
      return [`${placeText(place)}: there is no {${name}}; there are: ${names}`];
    }
    if (type === DATE || type === TIME) {
      return [`${placeText(place)}: {${name}} is no time that can be formatted; it is written out`];
    }
    const isNumber = TEMPLATE_ARGUMENTS[name as TemplateArgument] === 'number';
    if (isNumber || (type !== NUMBER && type !== PLURAL)) return [];
    return [`${placeText(place)}: {${name}} is no number; value_number and limit_number are`];
  });
}

/** The names that a text has in braces, also within plural and select; none where it cannot be read. */
export function argumentNames(text: string, language: Language): Set<string> {
  try {
    return new Set(argumentsOf(parse(text, language).getAst()).map(({ name }) => name));
  } catch {
    return new Set();
  }
}

/** Fills a text in. Values are taken as they are: nothing in them is parsed. Throws `TemplateFailure`. */
export function fillTemplateText(text: string, language: Language, values: TemplateFill): string {
  let filled: string;
  try {
    filled = String(parse(text, language).format(values));
  } catch (error) {
    throw new TemplateFailure(error instanceof Error ? error.message : String(error));
  }
  if (filled.trim() === '') throw new TemplateFailure('the text is empty');
  return filled;
}

/**
 * The words for a message: for each part those of the text that fits most closely: one for the channel before one for the
 * event, both before one for all; the first of equals. undefined where nothing fits.
 */
export function chooseTexts(
  texts: readonly TemplateText[],
  { language, channel, kind }: { language: Language; channel: string | null; kind: MessageKind },
): ChosenTexts | undefined {
  const fitting = texts
    .filter(
      (text) =>
        text.language === language &&
        (text.channels === undefined || (channel !== null && text.channels.includes(channel))) &&
        (text.on === undefined || text.on.includes(kind)),
    )
    .sort((a, b) => closeness(b) - closeness(a));
  const chosen: ChosenTexts = {};
  for (const part of TEMPLATE_PARTS) {
    const words = fitting.find((text) => text[part] !== undefined)?.[part];
    if (words !== undefined) chosen[part] = words;
  }
  return Object.keys(chosen).length === 0 ? undefined : chosen;
}

function closeness({ channels, on }: TemplateText): number {
  return (channels === undefined ? 0 : 2) + (on === undefined ? 0 : 1);
}

function argumentsOf(elements: Elements): Argument[] {
  return elements.flatMap((element) => {
    if (!('value' in element) || element.type === LITERAL || element.type === TAG) return [];
    const { value: name, type, location: place } = element;
    const options = 'options' in element ? Object.values(element.options) : [];
    return [{ name, type, place }, ...options.flatMap(({ value }) => argumentsOf(value))];
  });
}

function placeText(place: Place): string {
  return place ? `line ${place.start.line}, column ${place.start.column}` : 'somewhere';
}
