import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';

export const root = join(import.meta.dirname, '../..');
/** Where `scripts/install-deploy-tools` puts what the machine does not have. */
const toolFolder = join(root, '.tools/bin');

/**
 * Path of each program, by its name. Where one is missing the test is skipped and says so; in CI, where nothing
 * may be left out, it fails.
 */
export function needTools<Name extends string>(
  context: TestContext,
  ...names: Name[]
): Record<Name, string> {
  const folders = [toolFolder, ...(process.env.PATH ?? '').split(delimiter)];
  const found = names.map((name): [Name, string | undefined] => [
    name,
    folders.map((folder) => join(folder, name)).find((path) => existsSync(path)),
  ]);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) {
    const reason = `not installed: ${missing.join(', ')} (bash scripts/install-deploy-tools)`;
    if (process.env.CI === 'true') throw new Error(reason);
    context.skip(reason);
  }
  return Object.fromEntries(found) as Record<Name, string>;
}

/** Runs a program to its end; what it printed, and an error with all of it where it failed. */
export function runTool(program: string, args: readonly string[], input?: string): string {
  const done = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
  if (done.error !== undefined) throw done.error;
  if (done.status === 0) return done.stdout;
  throw new Error(
    `${program} ${args.join(' ')} ended with ${done.status}:\n${done.stdout}${done.stderr}`,
  );
}
