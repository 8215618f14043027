// Holds the house rules that no linter rule covers: which room may import which, names of rooms, what is
// costly to import, and that a file of some size has a test. Run by `npm run house`.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What each room may import besides itself and npm packages. Longest prefix wins. */
const ARROWS: Record<string, readonly string[]> = {
  domain: [],
  platform: ['domain'],
  config: ['domain', 'platform'],
  engine: ['domain'],
  stream: ['domain', 'platform'],
  storage: ['domain', 'platform'],
  operations: ['domain', 'platform', 'engine', 'stream', 'storage'],
  'services/gateway': ['domain', 'platform', 'operations', 'engine', 'stream', 'storage', 'config'],
  'services/processor': [
    'domain',
    'platform',
    'operations',
    'engine',
    'stream',
    'storage',
    'config',
  ],
  'services/self-watch': ['domain', 'platform', 'operations', 'stream', 'storage'],
  'services/simulation': ['domain', 'platform', 'operations'],
  'services/publisher': ['domain', 'platform', 'stream', 'storage'],
  'services/notifier': [
    'domain',
    'platform',
    'operations',
    'engine',
    'stream',
    'storage',
    'config',
  ],
  // Questions go through operations: no route reaches into a store.
  'services/api': ['domain', 'platform', 'operations', 'config'],
  cli: ['domain', 'platform', 'operations', 'config', 'engine'],
  app: [
    'domain',
    'platform',
    'operations',
    'engine',
    'stream',
    'storage',
    'config',
    'services',
    'cli',
  ],
  main: ['domain', 'platform', 'config', 'app', 'cli'],
};
const FORBIDDEN_ROOMS = new Set(['shared', 'common', 'utils', 'util', 'helpers', 'lib', 'misc']);
const TEST_NEEDED_ABOVE_LINES = 80;
/** Words of one engine; they stay behind the ports (house rule 14). */
const ENGINE_NAMES = /\b(sqlite|duckdb|postgres(ql)?|timescaledb?)\b/i;
const ENGINE_NAMES_ALLOWED = [
  'storage/',
  'config/',
  'app.ts',
  'app/',
  'cli/doctor',
  'cli/migrate',
  'cli/serve.ts',
  'main.ts',
];

/** Loads the client behind `fetch`, 13 MB that no start needs; types cost nothing. */
const COSTLY_IMPORT =
  /^(?:import|export)(?! type\b)[^;]*\bfrom 'node:http'|^import 'node:http'|\bimport\('node:http'/m;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(root, 'src'), join(entry.parentPath, entry.name)));
}

function roomOf(path: string): string {
  const names = Object.keys(ARROWS).sort((a, b) => b.length - a.length);
  return names.find((name) => path === `${name}.ts` || path.startsWith(`${name}/`)) ?? '';
}

function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

function checkArrows(path: string, source: string, problems: string[]): void {
  const room = roomOf(path);
  if (room === '') {
    problems.push(`${path}: no arrow is defined for this room`);
    return;
  }
  for (const specifier of importsOf(source)) {
    let target: string;
    if (specifier.startsWith('#')) target = `${specifier.slice(1)}`.replace(/^app$/, 'app.ts');
    else if (specifier.startsWith('.')) {
      target = relative(join(root, 'src'), resolve(root, 'src', dirname(path), specifier));
      if (roomOf(target) !== room)
        problems.push(`${path}: '${specifier}' leaves its room; use #${target}`);
    } else continue;
    const targetRoom = roomOf(target);
    if (targetRoom === room) continue;
    const allowed = ARROWS[room] ?? [];
    if (!allowed.some((name) => targetRoom === name || targetRoom.startsWith(`${name}/`))) {
      problems.push(`${path}: ${room} may not import ${targetRoom || target}`);
    }
  }
}

const paths = filesBelow(join(root, 'src'));
const problems: string[] = [];
for (const path of paths) {
  const folders = dirname(path).split('/');
  for (const folder of folders) {
    if (FORBIDDEN_ROOMS.has(folder))
      problems.push(`${path}: no room is called '${folder}'; name its purpose`);
  }
  if (!path.endsWith('.ts')) continue;
  const source = readFileSync(join(root, 'src', path), 'utf8');
  const isTest = /\.(test|contract)\.ts$/.test(path);
  if (!isTest) {
    checkArrows(path, source, problems);
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    if (
      ENGINE_NAMES.test(code) &&
      !ENGINE_NAMES_ALLOWED.some((prefix) => path.startsWith(prefix))
    ) {
      problems.push(`${path}: names a storage engine outside storage/`);
    }
    if (COSTLY_IMPORT.test(code)) {
      problems.push(`${path}: imports node:http; take nodeHttp of #platform/node-http.ts`);
    }
    const lines = source.split('\n').length;
    const stem = path.replace(/\.ts$/, '');
    const hasTest = paths.includes(`${stem}.test.ts`) || paths.includes(`${stem}.contract.ts`);
    // A file may be tested by its folder's test, its port's contract, or end to end; it then says so.
    if (lines > TEST_NEEDED_ABOVE_LINES && !hasTest && !/Tested by: /.test(source)) {
      problems.push(
        `${path}: ${lines} lines and no test beside it; add one or say 'Tested by: <file>'`,
      );
    }
    for (const match of source.matchAll(/Tested by: (\S+\.ts)/g)) {
      const named = match[1] ?? '';
      const places = [
        join(root, named),
        join(root, 'src', named),
        join(root, 'src', dirname(path), named),
      ];
      const exists = places.some((place) => {
        try {
          readFileSync(place);
          return true;
        } catch {
          return false;
        }
      });
      if (!exists) problems.push(`${path}: 'Tested by: ${named}' names no file`);
    }
  }
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error(`house: ${problems.length} problem(s) in ${paths.length} files`);
  process.exitCode = 1;
} else {
  console.log(`house: ${paths.length} files, every arrow allowed`);
}
