import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/spawn-platform.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

function newFolder(): string {
  const { path, remove } = temporaryFolder('process');
  onTestFinished(remove);
  return path;
}

/** Runs the program as a process of its own, in a folder of its own. */
function run(args: string[], setup: { env?: Record<string, string>; cwd?: string } = {}) {
  const cwd = setup.cwd ?? newFolder();
  const env = { PATH: process.env.PATH ?? '', ...setup.env };
  const child = spawn(process.execPath, [main, ...args], { cwd, env });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (output.out += chunk));
  child.stderr.on('data', (chunk) => (output.err += chunk));
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

test('the process ends with the exit code of its command', async () => {
  const { version } = JSON.parse(readFileSync(join(main, '../../package.json'), 'utf8'));
  expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  expect((await run(['fly'])).code).toBe(2);
  const unreachable = await run(['keys', 'list', '--url', 'http://127.0.0.1:9']);
  expect(unreachable).toMatchObject({ code: 3, out: '' });
  expect(unreachable.err).toContain('[unreachable]');
});

test('settings come from the environment and from .env of the folder', async () => {
  const cwd = newFolder();
  writeFileSync(join(cwd, '.env'), 'VIGIE_LOG_LEVEL=loud\n');
  const wrong = await run(['serve'], { cwd, env: { VIGIE_DYNAMODB_TABLE: 'x' } });
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('VIGIE_LOG_LEVEL: must be one of');
  expect(wrong.err).toContain('VIGIE_DYNAMODB_TABLE: not supported yet in this version');
});
