#!/usr/bin/env node
// The command, of the installed package (dist/) and of the repository (src/). Plain JavaScript that old Node.js
// versions can read: on one of those, it hands over to the Node.js that the dependency `node` brought along.
// Tested by: test/e2e/package.test.ts
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 12];
const source = new URL('../src/main.ts', import.meta.url);
const program = existsSync(source) ? source : new URL('../dist/main.js', import.meta.url);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  // Before the program: where all of its TypeScript is in the cache, the compiler is not loaded (20 MB, 60 ms).
  nodeModule.enableCompileCache();
  await import(program.href);
} else {
  handOver();
}

function handOver() {
  const runtime = bundledNode();
  // In a process group of its own: a Ctrl-C reaches it once, by way of us, and not a second time from the terminal.
  const child = spawn(runtime, [fileURLToPath(program), ...process.argv.slice(2)], {
    stdio: 'inherit',
    detached: process.platform !== 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', () => refuse());
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

/** Path of the executable that the package `node` installed. */
function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.node);
  } catch {
    return 'node-of-the-package-is-missing';
  }
}

function refuse() {
  console.error(
    `Vigie needs Node.js ${NEEDED.join('.')} or later; this is ${process.versions.node}, and the one that comes with ` +
      'Vigie is not there. Install a newer Node.js, or let npm run the install script of the package node.\n' +
      `Vigie demande Node.js ${NEEDED.join('.')} ou plus récent ; ceci est ${process.versions.node}, et celui qui accompagne ` +
      "Vigie manque. Installez un Node.js plus récent, ou autorisez npm à lancer le script d'installation du paquet node.",
  );
  process.exitCode = 1;
}
