import { VigieError } from '#domain/errors.ts';
import { tooManyReadings } from '#domain/reading.ts';

/** A reading needs 3 levels and an array around it one more; metadata may hold some of their own. */
export const MAX_DEPTH = 32;
/** Values in one member of a reading, or in one element of another array. */
export const MAX_VALUES = 100_000;
/** Up to so many names an object's names are compared one by one. */
const FEW_NAMES = 12;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Strict decoding (RFC 8259 section 8.1); a leading byte order mark is dropped. Throws `invalid_utf8`. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new VigieError('invalid_utf8', 'The text holds bytes that are not UTF-8.', { cause });
  }
}

/** `JSON.parse` that says `invalid_json`. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VigieError('invalid_json', `Not valid JSON: ${reason.slice(0, 200)}`, { cause });
  }
}

/** One reference token of a JSON pointer (RFC 6901), escaped. */
export function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Where the parts of a JSON text lie, and what `JSON.parse` does not tell of them. */
export interface JsonOutline {
  /** Start and end of each element of an outermost array (or of the one value), as positions in the text. */
  starts: number[];
  ends: number[];
  /** Index of an element → JSON pointer within it to the first name that appears twice. */
  duplicates: Map<number, string>;
  /**
   * Index of an element → JSON pointer within it to what holds more than it may. Building an object of a million
   * names takes seconds: do not give such an element to `JSON.parse`. Its names are no longer looked at.
   */
  crowded: Map<number, string>;
}

/**
 * One pass over a text that may be anything: checks depth (throws `nesting_too_deep`) and number
 * (throws `too_many_readings`) before `JSON.parse` meets the text, and finds names that appear twice in
 * one object, and elements with too much in them. The result means something only when `JSON.parse` then
 * accepts the text.
 *
 * `maxMembers` is given where the elements are readings: how many members a reading, and its `readings`, may have.
 */
export function outlineJson(text: string, maxElements: number, maxMembers?: number): JsonOutline {
  return new Outliner(text, maxElements, maxMembers).run();
}

/** The text with `null` for each element that is crowded. */
export function withoutCrowded(text: string, { crowded, starts, ends }: JsonOutline): string {
  let rest = '';
  let from = 0;
  for (const element of crowded.keys()) {
    rest += `${text.slice(from, starts[element])}null`;
    from = ends[element] ?? text.length;
  }
  return rest + text.slice(from);
}

/** An array or object that is open at some point of the pass. */
class Level {
  isObject = false;
  /** Present index of an array. */
  index = 0;
  /** Present name of an object. */
  name = '';
  /** Different names so far. */
  count = 0;
  #few: string[] = [];
  #many: Set<string> | undefined;

  open(isObject: boolean): void {
    this.isObject = isObject;
    this.index = 0;
    this.name = '';
    this.count = 0;
    this.#few.length = 0;
    this.#many = undefined;
  }

  /** Enters a name; true where the object had it already. */
  enter(name: string): boolean {
    this.name = name;
    if (this.#many === undefined) {
      if (this.#few.includes(name)) return true;
      this.count++;
      this.#few.push(name);
      if (this.#few.length === FEW_NAMES) this.#many = new Set(this.#few);
      return false;
    }
    if (this.#many.has(name)) return true;
    this.count++;
    this.#many.add(name);
    return false;
  }
}

class Outliner {
  readonly #text: string;
  readonly #maxElements: number;
  readonly #maxMembers: number | undefined;
  readonly #outline: JsonOutline = {
    starts: [],
    ends: [],
    duplicates: new Map(),
    crowded: new Map(),
  };
  readonly #levels: Level[] = [];
  #depth = 0;
  #isList = false;
  #expectsName = false;
  /** Depth of the members of a reading; 0 where the elements are none. */
  #readingDepth = 0;
  #values = 0;
  #isCrowded = false;

  constructor(text: string, maxElements: number, maxMembers: number | undefined) {
    this.#text = text;
    this.#maxElements = maxElements;
    this.#maxMembers = maxMembers;
  }

  run(): JsonOutline {
    const text = this.#text;
    let at = skipSpace(text, 0);
    this.#isList = text.charCodeAt(at) === OPEN_BRACKET;
    if (this.#maxMembers !== undefined) this.#readingDepth = this.#isList ? 2 : 1;
    this.#begin(this.#isList ? at + 1 : at);
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const close = stringEnd(text, at);
        if (this.#expectsName && !this.#isCrowded) this.#name(at, close);
        at = close;
      } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        this.#open(code === OPEN_BRACE);
      } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        this.#close(at);
      } else if (code === COMMA) {
        this.#comma(at);
      }
    }
    if (!this.#isList) this.#outline.ends.push(trimSpace(text, text.length));
    return this.#outline;
  }

  #begin(position: number): void {
    const { starts } = this.#outline;
    if (starts.length >= this.#maxElements) throw tooManyReadings(this.#maxElements);
    starts.push(skipSpace(this.#text, position));
    this.#values = 0;
    this.#isCrowded = false;
  }

  #open(isObject: boolean): void {
    if (this.#depth === MAX_DEPTH) {
      throw new VigieError('nesting_too_deep', `Nested more than ${MAX_DEPTH} levels deep.`);
    }
    const level = this.#levels[this.#depth] ?? new Level();
    level.open(isObject);
    this.#levels[this.#depth++] = level;
    this.#expectsName = isObject;
  }

  #close(at: number): void {
    if (this.#depth > 0) this.#depth--;
    this.#expectsName = false;
    if (this.#isList && this.#depth === 0) this.#outline.ends.push(trimSpace(this.#text, at));
  }

  #comma(at: number): void {
    const level = this.#levels[this.#depth - 1];
    if (this.#depth === 0 || level === undefined) return;
    level.index++;
    this.#expectsName = level.isObject;
    if (this.#depth === this.#readingDepth) this.#values = 0;
    else if (++this.#values === MAX_VALUES) this.#crowd(this.#depth - 1);
    if (this.#isList && this.#depth === 1) {
      this.#outline.ends.push(trimSpace(this.#text, at));
      this.#begin(at + 1);
    }
  }

  #name(open: number, close: number): void {
    this.#expectsName = false;
    const level = this.#levels[this.#depth - 1];
    if (level === undefined) return;
    if (!level.enter(nameOf(this.#text, open, close))) {
      if (level.count > this.#mostMembers()) this.#crowd(this.#depth - 1);
      return;
    }
    const { duplicates, starts } = this.#outline;
    const element = starts.length - 1;
    if (!duplicates.has(element)) duplicates.set(element, this.#pointer(this.#depth));
  }

  /** How many members the innermost object may have; the others are counted as values only. */
  #mostMembers(): number {
    const base = this.#readingDepth;
    const isReading = this.#depth === base;
    const isReadings =
      this.#depth === base + 1 && this.#levels[this.#depth - 2]?.name === 'readings';
    const most = isReading || isReadings ? this.#maxMembers : undefined;
    return most ?? Number.POSITIVE_INFINITY;
  }

  #crowd(depth: number): void {
    const { crowded, starts } = this.#outline;
    if (!this.#isCrowded) crowded.set(starts.length - 1, this.#pointer(depth));
    this.#isCrowded = true;
  }

  /** Within the element, to the present place in the level that deep. */
  #pointer(depth: number): string {
    return this.#levels
      .slice(this.#isList ? 1 : 0, depth)
      .map(({ isObject, name, index }) => `/${isObject ? pointerToken(name) : index}`)
      .join('');
  }
}

/** Position of the quote that closes the string opened at `open`; the end of the text where none does. */
function stringEnd(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return text.length;
}

/** `"\u0061"` and `"a"` are one name. */
function nameOf(text: string, open: number, close: number): string {
  const raw = text.slice(open + 1, close);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(text.slice(open, close + 1)) as string;
  } catch {
    return raw;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

function trimSpace(text: string, end: number): number {
  let at = end;
  while (at > 0 && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}
