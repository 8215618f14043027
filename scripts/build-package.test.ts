import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const script = join(import.meta.dirname, 'build-package.ts');

test('every import of the compiled files leads to a file beside them, and no source or test is left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-build-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(spawnSync(process.execPath, [script, folder]).status).toBe(0);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const { imports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const scripts = files.filter((path) => path.endsWith('.js') && !path.startsWith('web/'));
  const lost = scripts.flatMap((path) => {
    const text = readFileSync(join(folder, path), 'utf8');
    const targets = text.matchAll(/(?:from|import\(|URL\()\s*'((?:\.{1,2}\/|#)[^']+)'/g);
    return [...targets]
      .map(([, specifier = '']) => {
        if (specifier === '../../package.json') return undefined;
        const [room = '', ...rest] = specifier.split('/');
        const target: string | undefined = imports[specifier] ?? imports[`${room}/*`];
        const place = specifier.startsWith('#')
          ? join(folder, (target ?? 'nowhere').replace('*', rest.join('/')))
          : join(folder, dirname(path), specifier);
        return existsSync(place) ? undefined : `${path}: ${specifier}`;
      })
      .filter((problem) => problem !== undefined);
  });
  expect(scripts.length).toBeGreaterThan(100);
  // Of the two places where the dashboard may lie, the second is the repository's.
  expect(lost.filter((problem) => !problem.endsWith('web/dist/'))).toEqual([]);
  expect(files).toContain('web/index.html');
  expect(files.filter((path) => /\.ts$|\.test\.|README/.test(path))).toEqual([]);
});
