import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/spawn-platform.ts';
import { readTerraformModule } from '../support/terraform-module.ts';
import { needTools, root, runTool } from '../support/tools.ts';

const folder = join(root, 'deploy/terraform');
const META_ARGUMENTS = ['source', 'version', 'providers', 'count', 'for_each', 'depends_on'];

test('Terraform would format the files as they are', (context) => {
  const { terraform } = needTools(context, 'terraform');
  runTool(terraform, ['fmt', '-check', '-diff', '-recursive', folder]);
});

describe.each(['', 'example'])('module /%s', (name) => {
  const path = join(folder, name);

  test('every reference leads to something that is declared', async () => {
    const { declared, references } = await readTerraformModule(path);
    expect(references.size).toBeGreaterThan(0);
    expect([...references].filter((reference) => !declared.has(reference))).toEqual([]);
  });

  test('every variable and every local value is used', async () => {
    const { declared, references } = await readTerraformModule(path);
    const values = [...declared].filter((one) => /^(?:var|local)\./.test(one));
    expect(values.filter((one) => !references.has(one))).toEqual([]);
  });

  test('every variable has a type, and every variable and output a description', async () => {
    const { variables, outputs } = await readTerraformModule(path);
    for (const [variable, { type }] of variables) expect(type, variable).toBeDefined();
    for (const [one, { description }] of [...variables, ...outputs]) {
      expect(description, one).toMatch(/\.$/);
    }
  });
});

test('the example gives the module what it needs, and nothing that it does not know', async () => {
  const { variables } = await readTerraformModule(folder);
  const example = await readTerraformModule(join(folder, 'example'));
  const needed = [...variables].filter(([, one]) => !('default' in one)).map(([name]) => name);
  const given = Object.keys(example.modules.get('vigie') ?? {});
  expect(needed.filter((name) => !given.includes(name))).toEqual([]);
  const known = [...variables.keys(), ...META_ARGUMENTS];
  expect(given.filter((name) => !known.includes(name))).toEqual([]);
});

test('a reference to something that is not there is found', async () => {
  const { path, remove } = temporaryFolder('terraform');
  onTestFinished(remove);
  cpSync(folder, path, { recursive: true });
  const file = join(path, 'registry.tf');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('aws_kms_key.main.arn', 'aws_kms_key.mian.arn'));
  const { declared, references } = await readTerraformModule(path);
  expect([...references].filter((one) => !declared.has(one))).toEqual(['aws_kms_key.mian']);
});
