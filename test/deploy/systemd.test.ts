import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/spawn-platform.ts';
import { needTools, root, runTool } from '../support/tools.ts';

const unit = readFileSync(join(root, 'deploy/systemd/vigie.service'), 'utf8');

/** The unit with a Node.js that is there: systemd looks whether the program exists. */
function writeUnit(): string {
  const { path, remove } = temporaryFolder('systemd');
  onTestFinished(remove);
  const file = join(path, 'vigie.service');
  writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
  return file;
}

test('systemd finds nothing wrong with the unit', (context) => {
  const { 'systemd-analyze': analyze } = needTools(context, 'systemd-analyze');
  runTool(analyze, ['verify', '--man=no', writeUnit()]);
});

test('the exposure of the unit stays under 1.6 of 10', (context) => {
  const { 'systemd-analyze': analyze } = needTools(context, 'systemd-analyze');
  const args = ['security', '--no-pager', '--offline=true', '--threshold=16', writeUnit()];
  expect(runTool(analyze, args)).toContain('Overall exposure level');
});

test('the unit starts what the package installs', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, program, script] = /^ExecStart=(\S+) (\S+) serve$/m.exec(unit) ?? [];
  expect(program).toBe('/opt/vigie/node_modules/node/bin/node');
  expect(script).toBe(`/opt/vigie/node_modules/${manifest.name}/dist/main.js`);
});
