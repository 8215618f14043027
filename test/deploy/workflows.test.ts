import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { needTools, root, runTool } from '../support/tools.ts';

const folder = join(root, '.github/workflows');

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      'timeout-minutes'?: number;
      permissions?: Record<string, string>;
      steps: { uses?: string; run?: string }[];
    }
  >;
}

test('actionlint finds nothing in the workflows', (context) => {
  const { actionlint } = needTools(context, 'actionlint');
  const files = readdirSync(folder).map((name) => join(folder, name));
  expect(runTool(actionlint, ['-no-color', ...files])).toBe('');
});

describe.each(readdirSync(folder))('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);

  test('every action is pinned to a commit, with the version that it is beside it', () => {
    const uses = text.match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) expect(use).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('no job may write but where it says so, and every job has an end', () => {
    expect(Object.values(workflow.permissions)).not.toContain('write');
    for (const job of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('the whole check runs', () => {
    const runs = jobs.flatMap(({ steps }) => steps.map(({ run }) => run));
    expect(runs).toContain('bash .ci/run');
  });
});
