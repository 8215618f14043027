import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';

// Tested by: test/browser/installed.test.ts

const WORKER = 'sw.js';
const EMPTY = "const FILES = [];\nconst VERSION = 'unbuilt';";

/** Tells the service worker, once everything is built, which files there are and by what they differ from others. */
export function precache(): Plugin {
  let folder = '';
  return {
    name: 'vigie-precache',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    closeBundle() {
      const files = readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && entry.name !== WORKER)
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
      const path = join(folder, WORKER);
      const source = readFileSync(path, 'utf8');
      // What the worker itself does is part of the version, too.
      const version = hash.update(source).digest('hex').slice(0, 12);
      const addresses = files.map((file) => (file === 'index.html' ? '/' : `/${file}`));
      if (!source.includes(EMPTY)) throw new Error(`${WORKER} has no place for its files`);
      writeFileSync(
        path,
        source.replace(
          EMPTY,
          `const FILES = ${JSON.stringify(addresses)};\nconst VERSION = '${version}';`,
        ),
      );
    },
  };
}
