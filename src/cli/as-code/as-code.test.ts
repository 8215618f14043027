import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeHost } from '#test/support/command-host.ts';
import { escapeReferences, fillIn } from './environment.ts';
import { readConfig } from './read-config.ts';

const read = (text: string, env: Record<string, string> = {}) =>
  readConfig([{ name: 'a.yaml', text }], env);

test('every problem of a file is listed with its line and its pointer', () => {
  const { problems } = read(`kind: rule
id: hot
when:
  metric: temperature
  above:
    - limit: high
colour: red
---
kind: policy
id: p
steps:
  - after: soon
---
kind: gadget
---
- kind: contact
  channel: email
- 12
`);
  expect(problems).toEqual([
    'a.yaml:7 rule/hot /colour: is not known here',
    'a.yaml:6 rule/hot /when/above/0/limit: must be number',
    'a.yaml:12 policy/p /steps/0/after: is not of the form: A duration such as 90s, 5m, 1h30m or 2d',
    'a.yaml:14 /kind: must be one of: template, contact, on-call, policy, rule, maintenance-window, sensor, place',
    'a.yaml:16 contact/? /settings: is missing',
    'a.yaml:16 contact/? /id: is missing',
    'a.yaml:18: must be an object with a kind',
  ]);
});

test('what is no YAML is said with its line, and so is a thing that is there twice', () => {
  expect(read('kind: rule\nid: [\n').problems).toEqual([expect.stringMatching(/^a\.yaml:3: /)]);
  const twice = '- {kind: sensor, id: s}\n- {kind: sensor, id: s}\n';
  expect(read(twice).problems).toEqual(['a.yaml:2 sensor/s /id: is there twice']);
});

test('JSON is taken as well, one thing or a list', () => {
  const { items, problems } = read(
    '[\n {"kind": "sensor", "id": "s", "labels": {"site": "lyon"}}\n]',
  );
  expect(problems).toEqual([]);
  expect(items).toMatchObject([{ id: 's', fields: { labels: { site: 'lyon' } } }]);
  expect(read('{"kind": "sensor",\n "id": "s",\n "name": 5}').problems).toEqual([
    expect.stringMatching(/^a\.yaml:3 sensor\/s \/name: /),
  ]);
});

test('things come in the order in which they need each other, sensors after their parents', () => {
  const text = `- {kind: sensor, id: leaf, parent_id: branch}
- {kind: sensor, id: branch, parent_id: root}
- {kind: rule, id: r, when: {silent: auto}}
- {kind: sensor, id: root}
- {kind: policy, id: p, steps: [{contacts: [c]}]}
- {kind: sensor, id: x, parent_id: y}
- {kind: sensor, id: y, parent_id: x}
- {kind: contact, id: c, channel: email, settings: {}}
`;
  const { items, problems } = read(text);
  expect(problems).toEqual([]);
  expect(items.map(({ id }) => id)).toEqual(['c', 'p', 'r', 'root', 'branch', 'leaf', 'y', 'x']);
});

test('variables are filled in, a missing one is a problem, and a doubled dollar is text', () => {
  const text = `kind: contact
id: hook
channel: webhook
settings:
  url: https://\${env:HOST}/in
  secret: \${env:SECRET}
name: $\${env:HOST}
`;
  const { items, problems } = read(text, { HOST: 'example.org' });
  expect(problems).toEqual([
    'a.yaml:6 contact/hook /settings/secret: the environment has no SECRET',
  ]);
  expect(items[0]?.fields).toMatchObject({
    settings: { url: 'https://example.org/in' },
    name: `\${env:HOST}`,
  });
});

test('a text that only looks like a reference comes back as it was', () => {
  for (const text of [`\${env:A}`, `$\${env:A}`, `a \${env:A} $1 $& $$`]) {
    expect(fillIn(escapeReferences({ text: [text] }), { env: {}, problems: [] })).toEqual({
      text: [text],
    });
  }
});

test('a folder is read whole, and nothing is sent while anything is wrong', async () => {
  const host = makeHost();
  mkdirSync(join(host.cwd, 'alarms/deep'), { recursive: true });
  writeFileSync(join(host.cwd, 'alarms/a.json'), '{"kind": "sensor"}');
  writeFileSync(join(host.cwd, 'alarms/deep/b.yml'), 'kind: sensor\nid: "?"\n');
  writeFileSync(join(host.cwd, 'alarms/.hidden.yaml'), 'kind: nothing\n');
  expect(await host.run(['apply', '-f', 'alarms', '--yes'])).toBe(1);
  expect(host.err).toContain('alarms/a.json:1 sensor/? /id: is missing');
  expect(host.err).toContain('alarms/deep/b.yml:2 sensor/? /id: is not of the form');
  expect(host.err).toContain('2 problems; nothing was changed [config_invalid]');
  expect(await host.run(['apply', '-f', 'nowhere.yaml'])).toBe(1);
  expect(host.err).toContain('[ENOENT]');
});
