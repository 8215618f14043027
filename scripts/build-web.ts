// Builds the dashboard to web/dist: by `npm run build:web`, and by npm itself after `npm install` (prepare).
// Tested by: test/e2e/package.test.ts, test/e2e/dashboard
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const web = fileURLToPath(new URL('../web/', import.meta.url));
const COMPRESSED = new Set(['.js', '.css', '.svg', '.json', '.webmanifest']);

// Whatever the shell or a test says of itself: a build for development registers no service worker.
process.env.NODE_ENV = 'production';
const vite = await import('vite').catch(() => undefined);
if (vite === undefined) {
  // `npm ci --omit=dev`: whoever leaves the tools out has the dashboard from the package, or does without.
  console.log('dashboard: not built, its build tools are not installed');
} else {
  await vite.build({ root: web, logLevel: 'warn' });
  const folder = join(web, 'dist');
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !COMPRESSED.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    count += 1;
  }
  console.log(`dashboard: built, ${count} files`);
}
