import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const built = join(root, 'web/dist/index.html');

function newestSource(): number {
  const files = readdirSync(join(root, 'web'), { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && !/\/(?:dist|node_modules)/.test(`${entry.parentPath}/`),
  );
  return Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

/** Before the browser tests: the dashboard as its source is now, not as it was when it was last built. */
export function setup(): void {
  if (existsSync(built) && statSync(built).mtimeMs > newestSource()) return;
  const build = spawnSync('npm', ['run', '--silent', 'build:web'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (build.status !== 0)
    throw new Error(`the dashboard does not build:\n${build.stdout}${build.stderr}`);
}
