import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { VigieError } from '#domain/errors.ts';
import { escapeToken, type InputProblem } from '#operations/describe-errors.ts';
import { fillIn } from './environment.ts';
import { type Fields, KINDS, type Kind, ownedFields } from './kinds.ts';

// Tested by: cli/as-code/as-code.test.ts

/** A thing as a file describes it. */
export interface ConfigItem {
  kind: Kind;
  id: string;
  /** What the API is sent: without kind, id and what only the platform writes. */
  fields: Fields;
  /** A problem of this thing with its file, line and pointer. */
  describe(problem: InputProblem): string;
}

export interface ConfigFile {
  name: string;
  text: string;
}

export interface ReadConfig {
  items: ConfigItem[];
  /** One line each, `file:line kind/id pointer: detail`. */
  problems: string[];
}

/** The things that files describe, in the order in which they need each other, with everything that is wrong in them. */
export function readConfig(
  files: readonly ConfigFile[],
  env: Readonly<Record<string, string | undefined>>,
): ReadConfig {
  const read: ReadConfig = { items: [], problems: [] };
  for (const file of files) readFile(file, env, read);
  const seen = new Set<string>();
  for (const { kind, id, describe } of read.items) {
    const name = `${kind.name}/${id}`;
    if (seen.has(name)) read.problems.push(describe({ pointer: '/id', detail: 'is there twice' }));
    seen.add(name);
  }
  return { ...read, items: inOrder(read.items) };
}

function readFile(
  file: ConfigFile,
  env: Readonly<Record<string, string | undefined>>,
  read: ReadConfig,
): void {
  const lines = new LineCounter();
  const lineAt = (offset: number) => `${file.name}:${lines.linePos(offset).line}`;
  for (const document of parseAllDocuments(file.text, {
    lineCounter: lines,
    prettyErrors: false,
  })) {
    if (document.errors.length > 0) {
      for (const { pos, message } of document.errors) {
        read.problems.push(`${lineAt(pos[0])}: ${message}`);
      }
      continue;
    }
    const { contents } = document;
    const nodes = isSeq(contents) ? (contents.items as Node[]) : [contents];
    for (const node of nodes) {
      if (node === null || (isScalar(node) && node.value === null)) continue;
      let value: unknown;
      try {
        value = node.toJS(document);
      } catch (error) {
        // Such as an alias that grows without end.
        read.problems.push(`${lineAt(offsetOf(node, ''))}: ${(error as Error).message}`);
        continue;
      }
      readItem({ value, env, at: (pointer) => lineAt(offsetOf(node, pointer)) }, read);
    }
  }
}

function readItem(
  source: {
    value: unknown;
    env: Readonly<Record<string, string | undefined>>;
    at(pointer: string): string;
  },
  read: ReadConfig,
): void {
  const { value, env, at } = source;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    read.problems.push(`${at('')}: must be an object with a kind`);
    return;
  }
  const problems: InputProblem[] = [];
  const { kind: kindName, ...body } = fillIn(value, { env, problems }) as Fields;
  const kind = KINDS.find(({ name }) => name === kindName);
  if (kind === undefined) {
    const names = KINDS.map(({ name }) => name).join(', ');
    const what = kindName === undefined ? 'is missing; it is' : 'must be';
    read.problems.push(`${at('/kind')} /kind: ${what} one of: ${names}`);
    return;
  }
  const id = typeof body.id === 'string' ? body.id : '';
  const describe = ({ pointer, detail }: InputProblem) =>
    `${at(pointer)} ${kind.name}/${id || '?'} ${pointer}: ${detail}`;
  // What is wrong with a text that was not filled in says nothing.
  if (problems.length === 0) problems.push(...checkBody(kind, body));
  if (body.id === undefined) problems.push({ pointer: '/id', detail: 'is missing' });
  read.problems.push(...problems.map(describe));
  if (id !== '') read.items.push({ kind, id, fields: ownedFields(kind, body), describe });
}

function checkBody(kind: Kind, body: Fields): InputProblem[] {
  try {
    kind.check(body);
    return [];
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    return problemsOf({ ...error.extra, pointer: error.pointer }, error.message);
  }
}

/** The problems that an error names in `errors`, or the one that it is. */
export function problemsOf(body: Fields, detail: string): InputProblem[] {
  const { errors, pointer } = body;
  if (Array.isArray(errors) && errors.length > 0) return errors as InputProblem[];
  return [{ pointer: typeof pointer === 'string' ? pointer : '', detail }];
}

/** Where in the text a pointer leads to, or the nearest that is there. */
function offsetOf(node: unknown, pointer: string): number {
  let here = node;
  let offset = (node as Node).range?.[0] ?? 0;
  for (const token of pointer.split('/').slice(1)) {
    let found: unknown;
    if (isMap(here)) {
      const pair = here.items.find(
        ({ key }) => isScalar(key) && escapeToken(String(key.value)) === token,
      );
      found = pair?.key;
      here = pair?.value;
    } else if (isSeq(here)) {
      found = here.items[Number(token)];
      here = found;
    }
    const start = (found as Node | undefined)?.range?.[0];
    if (start === undefined) return offset;
    offset = start;
  }
  return offset;
}

/** Kind by kind, and a sensor after its parent. */
function inOrder(items: readonly ConfigItem[]): ConfigItem[] {
  const byName = new Map(items.map((item) => [`${item.kind.name}/${item.id}`, item]));
  const ordered = new Set<ConfigItem>();
  const path = new Set<ConfigItem>();
  const add = (item: ConfigItem) => {
    // Parents in a circle: the platform refuses them.
    if (path.has(item)) return;
    path.add(item);
    const { parent_id: parentId } = item.fields;
    const parent = byName.get(`${item.kind.name}/${parentId}`);
    if (parent !== undefined) add(parent);
    ordered.add(item);
  };
  for (const kind of KINDS) for (const item of items) if (item.kind === kind) add(item);
  return [...ordered];
}
