import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeHost } from '../support/command-host.ts';
import { ADMIN_KEY } from '../support/spawn-platform.ts';

const SECRET = `whsec_${'A'.repeat(32)}`;
const ALARMS = `kind: rule
id: hot
name: {en: Too hot, fr: Trop chaud}
when: {metric: temperature, above: [{limit: 30}]}
policy: cold-chain
---
kind: policy
id: cold-chain
steps:
  - contacts: [hook]
    on_call: [nights]
---
kind: on-call
id: nights
time_zone: Europe/Paris
starts_at: 2026-11-02T09:00:00+01:00
shift: 12h
contacts: [hook]
---
kind: maintenance-window
id: defrost
where: {sensors: [freezer-*]}
time_zone: Europe/Paris
starts_at: 2026-11-02T02:00:00+01:00
duration: 1h
recurrence: FREQ=WEEKLY;BYDAY=MO
---
kind: contact
id: hook
channel: webhook
template: kitchen
settings:
  url: http://127.0.0.1:9/in
  secret: \${env:HOOK_SECRET}
---
kind: template
id: kitchen
texts: [{language: en, text: "{sensor}: {value}"}]
---
kind: sensor
id: freezer-1
parent_id: room
calibration_date: 2026-01-01T00:00:00Z
labels: {site: lyon}
---
kind: sensor
id: room
---
kind: place
id: kitchen
name: Kitchen
sensors: [{sensor_id: freezer-1, x: 0.25, y: 0.5}]
`;

function shell(
  platform: TestApp,
  env: Record<string, string> = {},
  ask?: (question: string) => Promise<string>,
) {
  const settings = { VIGIE_URL: platform.url, VIGIE_ADMIN_KEY: ADMIN_KEY, ...env };
  const host = makeHost(settings, undefined, ask);
  writeFileSync(join(host.cwd, 'alarms.yaml'), ALARMS);
  return host;
}

const APPLY = ['apply', '-f', 'alarms.yaml'];

test('files are planned, applied in order, and a second time there is nothing to do', async () => {
  const platform = await createTestApp();
  const host = shell(platform, { HOOK_SECRET: SECRET });
  expect(await host.run(APPLY, ['--dry-run'])).toBe(0);
  expect(host.out).toContain(
    'create    template/kitchen\ncreate    contact/hook\ncreate    on-call/nights\n',
  );
  expect(host.out).toContain('9 to create, 0 to change, 0 unchanged.');
  expect((await platform.call('GET', '/v1/contacts')).body.items).toEqual([]);

  expect(await host.run(APPLY)).toBe(2);
  expect(host.err).toContain('give --yes');
  expect((await platform.call('GET', '/v1/contacts')).body.items).toEqual([]);

  expect(await host.run(APPLY, ['--yes'])).toBe(0);
  expect(host.out).toContain(
    'created rule/hot\ncreated maintenance-window/defrost\ncreated sensor/room\ncreated sensor/freezer-1\n',
  );
  await platform.send({ sensor_id: 'freezer-1', readings: { temperature: 4 } });
  expect(await host.run(APPLY)).toBe(0);
  expect(host.out).toContain('unchanged contact/hook (not compared: settings.secret)');
  expect(host.out).toContain('Nothing to do.');
});

test('what changes is named field by field, and only after a yes', async () => {
  const platform = await createTestApp();
  const answers = ['n', 'y'];
  const host = shell(platform, { HOOK_SECRET: SECRET }, async () => answers.shift() ?? '');
  expect(await host.run(APPLY, ['--yes'])).toBe(0);
  const changed = ALARMS.replace('limit: 30', 'limit: 35').replace('/in', '/inbox');
  writeFileSync(join(host.cwd, 'alarms.yaml'), changed.replace('site: lyon', 'site: brest'));
  expect(await host.run(APPLY)).toBe(1);
  expect(host.out).toContain('change    rule/hot: when.above\n');
  expect(host.out).toContain('contact/hook: settings.url (not compared: settings.secret)');
  expect(host.out).toContain('change    sensor/freezer-1: labels.site');
  expect(host.err).toContain('[declined]');
  expect((await platform.call('GET', '/v1/rules/hot')).body.revision).toBe(1);
  expect(await host.run(APPLY)).toBe(0);
  expect((await platform.call('GET', '/v1/rules/hot')).body).toMatchObject({
    revision: 2,
    when: { above: [{ limit: 35 }] },
  });
  expect(await host.run(APPLY, ['--secrets', '--dry-run'])).toBe(0);
  expect(host.out).toContain('change    contact/hook: settings.secret\n');
});

test('a secret that the platform makes is shown once, and the contact then stays as it is', async () => {
  const host = shell(await createTestApp());
  const lines = ALARMS.split('\n').filter((line) => !line.includes('HOOK_SECRET'));
  writeFileSync(join(host.cwd, 'alarms.yaml'), lines.join('\n'));
  expect(await host.run(APPLY, ['--yes'])).toBe(0);
  expect(host.out).toMatch(/contact\/hook settings\.secret was made .* only now: whsec_\w/);
  expect(await host.run(APPLY)).toBe(0);
  expect(host.out).toContain('Nothing to do.');
  expect(host.out).not.toContain('whsec_');
});

test('the first refusal stops it, with line and pointer and what was done', async () => {
  const platform = await createTestApp();
  const host = shell(platform, { HOOK_SECRET: SECRET });
  const broken = ALARMS.replace('- contacts: [hook]', '- contacts: [hook, nobody]');
  writeFileSync(join(host.cwd, 'alarms.yaml'), broken);
  expect(await host.run(APPLY, ['--yes'])).toBe(1);
  expect(host.out).toContain('created on-call/nights');
  expect(host.err).toContain(
    'alarms.yaml:10 policy/cold-chain /steps/0/contacts/1: there is no contact nobody',
  );
  expect(host.err).toContain('3 of 9 were applied, the others were not');
  expect(host.err).toContain('policy/cold-chain was refused [invalid_request]');
  expect((await platform.call('GET', '/v1/rules/hot')).status).toBe(404);
});

test('many rules are compared with the list, written several at once, and counted truly', async () => {
  const platform = await createTestApp();
  const host = shell(platform);
  const rules = Array.from({ length: 130 }, (_, n) => ({
    ...{ kind: 'rule', id: `r-${n}`, where: { sensors: [`s-${n}`] } },
    when: { metric: 'temperature', above: [{ limit: n }] },
  }));
  const write = (items: readonly object[]) =>
    writeFileSync(join(host.cwd, 'alarms.yaml'), JSON.stringify(items));
  write(rules.map((rule, n) => (n === 60 ? { ...rule, policy: 'nobodys' } : rule)));
  expect(await host.run(APPLY, ['--yes'])).toBe(1);
  expect(host.err).toContain('rule/r-60 /policy: there is no policy nobodys');
  const { items } = (await platform.call('GET', '/v1/rules?limit=1000')).body as { items: [] };
  // Without the built-in one.
  const made = items.length - 1;
  expect(made).toBeGreaterThanOrEqual(60);
  expect(made).toBeLessThan(70);
  expect(host.err).toContain(`${made} of 130 were applied, the others were not`);

  write(rules);
  expect(await host.run(APPLY, ['--yes'])).toBe(0);
  expect(host.out).toContain(`${130 - made} to create, 0 to change, ${made} unchanged.`);
  const names = host.out.match(/^created rule.*/gm) ?? [];
  expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })));
  write(rules.map((rule, n) => (n === 100 ? { ...rule, severity: 'critical' } : rule)));
  await platform.call('DELETE', '/v1/rules/r-7');
  expect(await host.run(APPLY, ['--dry-run'])).toBe(0);
  expect(host.out).toContain('create    rule/r-7\n');
  expect(host.out).toContain('change    rule/r-100: severity\n');
  expect(host.out).toContain('1 to create, 1 to change, 128 unchanged.');
});

test('what one platform exports makes another one the same', async () => {
  const first = await createTestApp();
  const source = shell(first, { HOOK_SECRET: SECRET });
  expect(await source.run(APPLY, ['--yes'])).toBe(0);
  await first.send({ sensor_id: 'unknown', readings: { temperature: 4 } });
  expect(await source.run(['export', '--config', '-o', 'all.yaml'])).toBe(0);
  expect(source.err).toContain('contact/hook settings.secret is hidden: set CONTACT_HOOK_SECRET');
  const exported = readFileSync(join(source.cwd, 'all.yaml'), 'utf8');
  expect(exported).not.toContain('whsec_');
  expect(exported.match(/^kind: .*/gm)).toEqual(
    [
      'template',
      'contact',
      'on-call',
      'policy',
      'rule',
      'maintenance-window',
      'sensor',
      'sensor',
      'place',
    ].map((kind) => `kind: ${kind}`),
  );

  const second = await createTestApp();
  const target = shell(second, { CONTACT_HOOK_SECRET: SECRET });
  writeFileSync(join(target.cwd, 'alarms.yaml'), exported);
  expect(await target.run(APPLY, ['--yes'])).toBe(0);
  expect(await target.run(['export', '--config', '-o', '-'])).toBe(0);
  expect(target.out).toBe(exported);
  expect(await target.run(APPLY)).toBe(0);
  expect(target.out).toContain('Nothing to do.');
});

test('the configuration and readings are not exported in one', async () => {
  const host = makeHost();
  expect(await host.run(['export', '--config', '-o', '-', '--metric', 'temperature'])).toBe(2);
  expect(host.err).toContain('cannot be used with');
});

test('pruning deletes what the same set made and no longer describes, and nothing else', async () => {
  const platform = await createTestApp();
  const answers = ['n', 'y'];
  const host = shell(platform, { HOOK_SECRET: SECRET }, async () => answers.shift() ?? '');
  const paths = {
    rule: '/v1/rules/hot',
    contact: '/v1/contacts/hook',
    policy: '/v1/policies/cold-chain',
    window: '/v1/maintenance-windows/defrost',
    rotation: '/v1/on-call/nights',
    sensor: '/v1/sensors/freezer-1',
    byHand: '/v1/rules/by-hand',
    takenOver: '/v1/rules/taken-over',
    elsewhere: '/v1/rules/elsewhere',
  };
  const when = { metric: 'temperature', above: [{ limit: 1 }] };
  const rule = (id: string) => `kind: rule\nid: ${id}\nwhen: ${JSON.stringify(when)}\n`;
  await platform.put(paths.byHand, { when });
  writeFileSync(join(host.cwd, 'other.yaml'), rule('elsewhere'));
  expect(await host.run(['apply', '-f', 'other.yaml', '--set', 'other', '--yes'])).toBe(0);
  writeFileSync(join(host.cwd, 'alarms.yaml'), `${ALARMS}---\n${rule('taken-over')}`);
  expect(await host.run(APPLY, ['--yes'])).toBe(0);
  expect((await platform.call('GET', paths.rule)).body.managed_by).toBe('apply:default');
  // Written by somebody else, who does not keep the mark: it is theirs now.
  await platform.put(paths.takenOver, { when });

  const there = async () => {
    const found = await Promise.all(
      Object.entries(paths).map(async ([name, path]) =>
        (await platform.call('GET', path)).status === 200 ? [name] : [],
      ),
    );
    return found.flat();
  };
  writeFileSync(join(host.cwd, 'alarms.yaml'), 'kind: sensor\nid: room\n');
  expect(await host.run(APPLY, ['--dry-run'])).toBe(0);
  expect(host.out).not.toContain('delete');
  expect(await host.run(APPLY, ['--prune'])).toBe(1);
  expect(host.out).toBe(`unchanged sensor/room
delete    maintenance-window/defrost
delete    rule/hot
delete    policy/cold-chain
delete    on-call/nights
delete    contact/hook
delete    template/kitchen
0 to create, 0 to change, 1 unchanged, 6 to delete.
`);
  expect(host.err).toContain('[declined]');
  expect(await there()).toEqual(Object.keys(paths));
  expect(await host.run(APPLY, ['--prune'])).toBe(0);
  expect(host.out).toContain('deleted contact/hook');
  expect(await there()).toEqual(['sensor', 'byHand', 'takenOver', 'elsewhere']);
  expect(await host.run(APPLY, ['--prune'])).toBe(0);
  expect(host.out).toContain('Nothing to do.');
});

test('files that describe nothing prune nothing', async () => {
  const platform = await createTestApp();
  const host = shell(platform, { HOOK_SECRET: SECRET });
  expect(await host.run(APPLY, ['--yes'])).toBe(0);
  writeFileSync(join(host.cwd, 'alarms.yaml'), '# all gone\n');
  expect(await host.run(APPLY, ['--prune', '--yes'])).toBe(1);
  expect(host.err).toContain('[config_empty]');
  expect((await platform.call('GET', '/v1/rules/hot')).status).toBe(200);
  expect(await host.run(APPLY, ['--set', 'a/b'])).toBe(2);
});

test('a thing that is there already is taken into the set, and its alerts go on', async () => {
  const platform = await createTestApp();
  const host = shell(platform, { HOOK_SECRET: SECRET });
  writeFileSync(
    join(host.cwd, 'alarms.yaml'),
    'kind: rule\nid: hot\nwhen: {metric: temperature, above: [{limit: 30}]}\n',
  );
  await platform.put('/v1/rules/hot', { when: { metric: 'temperature', above: [{ limit: 30 }] } });
  await platform.send({ sensor_id: 'oven', readings: { temperature: 40 } });
  expect(await host.run(APPLY, ['--yes'])).toBe(0);
  expect(host.out).toContain('change    rule/hot: managed_by\n');
  const { items } = (await platform.call('GET', '/v1/alerts')).body;
  expect(items).toMatchObject([{ rule_id: 'hot', state: 'active' }]);
});
