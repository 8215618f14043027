import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeHost } from '#test/support/command-host.ts';
import { readConfig } from '../../as-code/read-config.ts';
import { ConfigDraft, idOf } from './config-draft.ts';
import { parseSource } from './source-document.ts';

const RULES = `groups:
  - name: cold
    rules:
      - alert: Warm
        expr: temperature > 8
      - alert: Many
        expr: sum(temperature) > 8
      - alert: Mean
        expr: avg_over_time(temperature[5m]) > 8
`;
const ROUTES = `route: {receiver: ops}
receivers:
  - name: ops
    slack_configs: [{api_url: "https://hooks.example.org/hush's"}]
`;

function hostWith(files: Record<string, string>) {
  const host = makeHost();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(host.cwd, name), text);
  return host;
}

test('an import writes what maps, says what does not by file and line, and ends with 4', async () => {
  const host = hostWith({ 'rules.yml': RULES });
  expect(await host.run(['import', 'prometheus', 'rules.yml'])).toBe(4);
  const { items, problems } = readConfig([{ name: 'out', text: host.out }], {});
  expect(problems).toEqual([]);
  expect(items.map(({ id }) => id)).toEqual(['Warm', 'Mean']);
  expect(host.err).toContain('rules.yml:6: rule Many: left out: sum sums up several series');
  expect(host.err).toContain('rules.yml:8: rule Mean: changed: ');
  expect(host.err).toContain('made: 2 rule; 1 left out, 1 changed, 0 notes');
  expect(host.err).toContain('[left_out]');
});

test('what can only be had changed is left out where that is asked', async () => {
  const host = hostWith({ 'rules.yml': RULES });
  expect(await host.run(['import', 'prometheus', 'rules.yml', '--strict'])).toBe(4);
  expect(host.out).not.toContain('Mean');
  expect(host.err).toContain('2 things were left out');
});

test('where all of it maps the command ends with 0', async () => {
  const host = hostWith({ 'rules.yml': RULES.split('\n').slice(0, 5).join('\n') });
  expect(await host.run(['import', 'prometheus', 'rules.yml', '-o', 'out.yaml'])).toBe(0);
  expect(host.out).toBe('');
  expect(readFileSync(join(host.cwd, 'out.yaml'), 'utf8')).toContain('id: Warm');
});

test('secrets are written to a file of their own alone, and never told', async () => {
  const host = hostWith({ 'am.yml': ROUTES });
  const args = [
    'import',
    'alertmanager',
    'am.yml',
    '--secrets-file',
    'secrets.env',
    '--report',
    'json',
  ];
  expect(await host.run(args)).toBe(0);
  expect(host.out + host.err).not.toContain('hush');
  expect(host.out).toContain(`url: \${env:CONTACT_OPS_URL}`);
  const report = JSON.parse(host.err);
  expect(report).toMatchObject({ made: { contact: 1, policy: 1 }, variables: ['CONTACT_OPS_URL'] });
  const path = join(host.cwd, 'secrets.env');
  expect(readFileSync(path, 'utf8')).toBe(
    `CONTACT_OPS_URL='https://hooks.example.org/hush'\\''s'\n`,
  );
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('what the schemas of apply refuse is left out, with their reason', async () => {
  const long = RULES.replace('expr: temperature > 8', `expr: a > ${'1 + b * '.repeat(200)} b`);
  const host = hostWith({ 'rules.yml': long });
  expect(await host.run(['import', 'prometheus', 'rules.yml', '--report', 'json'])).toBe(4);
  const [refused] = JSON.parse(host.err.slice(0, host.err.lastIndexOf('}') + 1)).refused;
  expect(refused).toMatchObject({ kind: 'rule', id: 'Warm' });
  expect(host.out).not.toContain('id: Warm');
});

test('a file that is no YAML, or that is not there, ends it with its line', async () => {
  const host = hostWith({ 'bad.yml': 'a: [1\nb: {' });
  expect(await host.run(['import', 'prometheus', 'bad.yml'])).toBe(1);
  expect(host.err).toMatch(/bad\.yml:\d+: .*\[source_unreadable\]/s);
  expect(await host.run(['import', 'prometheus', 'none.yml'])).toBe(1);
  expect(await host.run(['import', 'prometheus', 'bad.yml', '--metric', 'x'])).toBe(2);
});

test('ids keep letters of any script, are free, and shared by nobody', () => {
  expect(idOf('Congélateur trop chaud !')).toBe('Congélateur-trop-chaud');
  expect(idOf('***')).toBe('unnamed');
  const draft = new ConfigDraft();
  expect([
    draft.add('rule', 'a', {}),
    draft.add('rule', 'a', {}),
    draft.add('contact', 'a', {}),
  ]).toEqual(['a', 'a-2', 'a']);
  expect(draft.secret('x', '1').variable).toBe('X');
  expect(draft.secret('x', '1').variable).toBe('X');
  expect(draft.secret('x', '2').variable).toBe('X_2');
});

test('a line is that of the nearest thing that is there', () => {
  const [source] = parseSource('f', '{\n"a": [\n{"b": 1},\n{"c": 2}]}');
  expect(source!.lineOf(['a', 1, 'c'])).toBe(4);
  expect(source!.lineOf(['a', 1, 'none', 'deeper'])).toBe(4);
  expect(source!.lineOf(['none'])).toBe(1);
});
