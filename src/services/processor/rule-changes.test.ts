import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { RuleInput, Selector } from '#domain/rule.ts';
import type { CompiledRule } from '#engine/rules/compiled-rule.ts';
import { createProcessor, type TestProcessor } from '#test/support/processor.ts';
import { loadBook } from './load.ts';
import type { RuleInstance } from './rule-instance.ts';
import { createSensorRegistry } from './sensor-registry.ts';

const START = Date.now() - 60_000;
const PATIENCE = { timeout: 5000, interval: 5 };

function reading(sensorId: string, seconds: number, [temperature, site]: [number, string?]) {
  return {
    sensor_id: sensorId,
    timestamp: new Date(START + seconds * 1000).toISOString(),
    readings: { temperature },
    ...(site === undefined ? {} : { metadata: { labels: { site } } }),
  };
}

const above = (limit: number, rest: object = {}): RuleInput['when'] => {
  return { metric: 'temperature', above: [{ limit }], ...rest };
};

function instancesOf(platform: TestProcessor, sensorId: string): Map<string, RuleInstance> {
  const sensor = platform.processor.fleet.find('main', sensorId);
  return new Map(sensor?.instances.map((instance) => [instance.rule.rule.id, instance]));
}

/** What watches each sensor, as `rule@revision`; and what would if everything were read anew. */
async function asItIs(platform: TestProcessor) {
  const { processor, storage } = platform;
  const anew = await loadBook(storage.state.db, 'main', (_rule, error) => {
    throw error;
  });
  const sensors = [...processor.fleet.sensorsOf('main').values()];
  const name = ({ rule }: CompiledRule) => `${rule.id}@${rule.revision}`;
  return {
    is: sensors.map((each) => [each.sensorId, each.instances.map(({ rule }) => name(rule))]),
    wouldBe: sensors.map((each) => [each.sensorId, anew.covering(each).map(name)]),
    kinds: sensors.every(
      ({ instances, arrivalRules, readingRules }) =>
        instances.filter(({ rule }) => rule.takes === 'arrival').length === arrivalRules.length &&
        instances.filter(({ rule }) => rule.takes === 'reading').length === readingRules.length,
    ),
  };
}

async function expectAsAnew(platform: TestProcessor): Promise<void> {
  await vi.waitFor(async () => {
    const { is, wouldBe, kinds } = await asItIs(platform);
    expect(is).toEqual(wouldBe);
    expect(kinds).toBe(true);
  }, PATIENCE);
}

/** One rule after another about the same sensors, by name, pattern and label, made, changed and removed. */
async function changeOthers(platform: TestProcessor): Promise<void> {
  const selectors: (Selector | undefined)[] = [
    { sensors: ['a'] },
    { sensors: ['a', 'b'] },
    { sensors: ['*'] },
    { labels: { site: 'lyon' } },
    undefined,
  ];
  for (const [at, where] of selectors.entries()) {
    const id = `other-${at % 2}`;
    const rule = { id, when: above(20 + at), ...(where && { where }) };
    await platform.putRule(rule);
    await platform.putRule({ ...rule, when: above(100) });
    if (at % 2 === 1) await platform.removeRule(id);
  }
  await expectAsAnew(platform);
}

test('what a rule remembers outlives the changes of other rules', async () => {
  const platform = await createProcessor();
  await platform.putRule({ id: 'hot', when: above(30, { deadband: 5 }) });
  await platform.putRule({ id: 'waiting', when: above(35, { on_delay: '2m' }) });
  await platform.putRule({ id: 'latched', latch: true, when: above(34) });
  const { alerts } = await platform.send(reading('a', 0, [40, 'lyon']));
  const raised = (ruleId: string) => alerts.find(({ rule_id }) => rule_id === ruleId)?.id;
  const before = instancesOf(platform, 'a');
  const states = [...before.values()].map(({ state, scheduledMs }) => ({ state, scheduledMs }));
  await changeOthers(platform);
  const after = instancesOf(platform, 'a');
  for (const [id, instance] of before) expect(after.get(id)).toBe(instance);
  expect([...before.values()].map(({ state, scheduledMs }) => ({ state, scheduledMs }))).toEqual(
    states,
  );
  // Within the deadband, and the delay not over.
  expect((await platform.send(reading('a', 20, [36]))).alerts).toEqual([]);
  const due = await platform.send(reading('a', 125, [36]));
  expect(due.alerts).toMatchObject([{ rule_id: 'waiting', state: 'active' }]);
  const { alerts: cleared } = await platform.send(reading('a', 130, [20]));
  expect(cleared.find(({ rule_id }) => rule_id === 'hot')).toMatchObject({
    id: raised('hot'),
    state: 'cleared',
  });
  expect(instancesOf(platform, 'a').get('latched')?.alert?.id).toBe(raised('latched'));
});

test('a reading after a change is judged by it, whatever changes at the same time', async () => {
  const platform = await createProcessor();
  await platform.send(Array.from({ length: 20 }, (_, n) => reading(`s${n}`, 0, [20, 'lyon'])));
  const outcomes = Array.from({ length: 20 }, async (_, n) => {
    const where = n % 2 === 0 ? { sensors: [`s${n}`] } : { sensors: [`?${n}`, 'none'] };
    await platform.storeRule({ id: `hot-${n}`, where, when: above(30) });
    platform.bus.publish('rules.changed', { customer: 'main', ruleId: `hot-${n}` });
    return platform.send(reading(`s${n}`, 1, [40]));
  });
  for (const [n, { alerts }] of (await Promise.all(outcomes)).entries()) {
    expect(alerts).toMatchObject([{ rule_id: `hot-${n}`, state: 'active' }]);
  }
});

test('where word of changes was lost, all are found, and what did not change goes on', async () => {
  const platform = await createProcessor();
  for (const id of ['kept', 'changed', 'removed'])
    await platform.putRule({ id, when: above(30), where: { sensors: ['a'] } });
  await platform.send(reading('a', 0, [40]));
  const kept = instancesOf(platform, 'a').get('kept');
  await platform.storeRule({ id: 'changed', when: above(50), where: { sensors: ['a'] } });
  await platform.storeRule({ id: 'made', when: above(35), where: { sensors: ['?'] } });
  const { db } = platform.storage.state;
  await db.deleteFrom('documents').where('id', '=', 'removed').execute();
  platform.bus.publish('rules.changed', { customer: 'main' });
  await expectAsAnew(platform);
  expect(instancesOf(platform, 'a').get('kept')).toBe(kept);
  await vi.waitFor(async () => {
    const rows = await db.selectFrom('alerts').select(['rule_id', 'state']).execute();
    expect(rows.map(({ rule_id, state }) => `${rule_id} ${state}`).sort()).toEqual([
      'changed cleared',
      'kept active',
      'made active',
      'removed cleared',
    ]);
  }, PATIENCE);
});

test('a rule that is removed and made again as something else does not go on as the old one', async () => {
  const platform = await createProcessor();
  await platform.putRule({ id: 'r', when: above(30) });
  await platform.send(reading('a', 0, [40]));
  const { db } = platform.storage.state;
  const { body, revision } = await db
    .selectFrom('documents')
    .select(['body', 'revision'])
    .where('id', '=', 'r')
    .executeTakeFirstOrThrow();
  await platform.removeRule('r');
  await platform.storeRule({ id: 'r', when: above(50) });
  // As a rule that was made again begins with the same revision.
  const again = { ...JSON.parse(body), when: above(50), revision };
  const same = { revision, body: JSON.stringify(again) };
  await db.updateTable('documents').set(same).where('id', '=', 'r').execute();
  platform.bus.publish('rules.changed', { customer: 'main', ruleId: 'r' });
  await platform.processor.run(() => undefined);
  expect((await platform.send(reading('a', 1, [45]))).alerts).toEqual([]);
  expect(instancesOf(platform, 'a').get('r')?.alert).toBeUndefined();
});

test('a rule for a large fleet reaches all of it, while readings come and sensors go', async () => {
  const platform = await createProcessor();
  const fleet = Array.from({ length: 5000 }, (_, n) => reading(`s${n}`, 0, [40, `site-${n % 3}`]));
  await platform.send(fleet);
  const registry = createSensorRegistry(platform.processor, { sensorsPerCustomer: 10_000 });
  const changed = Promise.all([
    platform.putRule({ id: 'all', when: above(30) }),
    platform.putRule({ id: 'third', where: { labels: { site: 'site-1' } }, when: above(35) }),
    platform.putRule({ id: 'ones', where: { sensors: ['s1*'] }, when: above(36) }),
  ]);
  const gone = registry.remove({ customer: 'main', sensorId: 's1', audit: audit('s1') });
  const came = platform.send(reading('new', 0, [40, 'site-1']));
  await platform.send(reading('s4998', 1, [41, 'site-1']));
  await Promise.all([changed, gone, came]);
  await expectAsAnew(platform);
  const counts = await platform.storage.state.db
    .selectFrom('alerts')
    .select(({ fn }) => ['rule_id', fn.countAll<number>().as('count')])
    .where('state', '=', 'active')
    .groupBy('rule_id')
    .orderBy('rule_id')
    .execute();
  // s1 is gone and was of site-1; s4998 has moved to site-1, where `new` is, too.
  expect(counts).toEqual([
    { rule_id: 'all', count: 5000 },
    { rule_id: 'ones', count: 1110 },
    { rule_id: 'third', count: 1668 },
  ]);
});

function audit(sensorId: string) {
  return {
    ...{ customer: 'main', at: Date.now(), who: 'test', action: 'sensor.delete' },
    ...{ target: `sensor/${sensorId}`, detail: null, request_id: 'test' },
  };
}

const sensorName = fc.constantFrom('aa', 'ab', 'ba', 'b-b');
const site = fc.constantFrom('lyon', 'paris', 'nice');
const where = fc.oneof(
  fc.constant(undefined),
  fc
    .array(fc.oneof(sensorName, fc.constantFrom('a*', '*a', '?b', 'b*b', '*')), {
      maxLength: 3,
    })
    .map((sensors) => ({ sensors })),
  site.map((name) => ({ labels: { site: name } })),
  fc.tuple(fc.constantFrom('a*', 'ab'), site).map(([id, name]) => {
    return { sensors: [id], labels: { site: name } };
  }),
);
const when = fc.constantFrom<RuleInput['when']>(
  above(30),
  above(35, { deadband: 2, on_delay: '10s' }),
  { silent: '1h' },
  { expression: 'temperature > 30' },
  { calibration_due: '30d' },
);
const ruleId = fc.constantFrom('r1', 'r2', 'r3', 'silent');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: ruleId, where, when, enabled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ drop: ruleId }) },
  { weight: 3, arbitrary: fc.record({ read: sensorName, value: fc.nat(60), site }) },
  { weight: 1, arbitrary: fc.record({ remove: sensorName }) },
  { weight: 1, arbitrary: fc.record({ lose: ruleId, when }) },
);

test('after any changes of rules and sensors the book is as one that is read anew', async () => {
  const platform = await createProcessor();
  const registry = createSensorRegistry(platform.processor, { sensorsPerCustomer: 10 });
  const { bus, storage } = platform;
  let seconds = 0;
  const remove = (sensorId: string) =>
    registry.remove({ customer: 'main', sensorId, audit: audit(sensorId) });

  async function take(change: typeof step extends fc.Arbitrary<infer T> ? T : never) {
    if ('put' in change) {
      const { put: id, where: selector, ...rest } = change;
      await platform.storeRule({ id, ...rest, ...(selector && { where: selector }) });
      bus.publish('rules.changed', { customer: 'main', ruleId: id });
    } else if ('drop' in change) {
      await storage.state.db.deleteFrom('documents').where('id', '=', change.drop).execute();
      bus.publish('rules.changed', { customer: 'main', ruleId: change.drop });
    } else if ('read' in change)
      await platform.send(reading(change.read, ++seconds % 50, [change.value, change.site]));
    else if ('remove' in change) await remove(change.remove);
    else {
      await platform.storeRule({ id: change.lose, when: change.when });
      bus.publish('rules.changed', { customer: 'main' });
    }
  }

  const steps = fc.array(step, { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (changes, isOneByOne) => {
      await storage.state.db.deleteFrom('documents').execute();
      bus.publish('rules.changed', { customer: 'main' });
      await Promise.all([...platform.processor.fleet.sensorsOf('main').keys()].map(remove));
      const pending: Promise<void>[] = [];
      for (const change of changes) {
        if (isOneByOne) await take(change);
        else pending.push(take(change));
      }
      await Promise.all(pending);
      await expectAsAnew(platform);
    }),
    { numRuns: 100 },
  );
}, 60_000);
