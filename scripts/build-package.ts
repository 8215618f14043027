// Compiles src/ to dist/ for the npm package (`npm run build`, and before every `npm pack`): Node.js does not
// strip types under node_modules. Tested by: scripts/build-package.test.ts, test/e2e/package.test.ts
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledImports, compileSource, isShipped } from './compile-source.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src');
const target = resolve(process.argv[2] ?? join(root, 'dist'));

const dashboard = join(root, 'web/dist');
if (!existsSync(join(dashboard, 'index.html'))) {
  console.error('build: the dashboard is not built; run `npm run build:web` first');
  process.exit(1);
}

rmSync(target, { recursive: true, force: true });
const paths = readdirSync(source, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(source, join(entry.parentPath, entry.name)))
  .filter(isShipped);
for (const path of paths) {
  const from = join(source, path);
  const to = join(target, path);
  mkdirSync(dirname(to), { recursive: true });
  if (path.endsWith('.ts')) {
    writeFileSync(to.replace(/\.ts$/, '.js'), compileSource(readFileSync(from, 'utf8')));
  } else cpSync(from, to);
}
cpSync(dashboard, join(target, 'web'), { recursive: true });
// A package.json of its own: here #room leads to dist/, one folder up to src/.
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  imports: Record<string, string>;
};
const inner = { type: 'module', imports: compiledImports(manifest.imports) };
writeFileSync(join(target, 'package.json'), `${JSON.stringify(inner, null, 2)}\n`);
console.log(`build: ${paths.length} files in ${relative(process.cwd(), target) || '.'}`);
