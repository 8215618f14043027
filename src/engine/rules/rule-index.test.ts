import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rule, Selector } from '#domain/rule.ts';
import { RuleIndex } from './rule-index.ts';
import { selectorMatches } from './selector.ts';

interface Watch {
  rule: Pick<Rule, 'id' | 'where'>;
  covers(sensor: { sensorId: string; labels: Readonly<Record<string, string>> }): boolean;
}

function watch(id: string, where: Selector | undefined): Watch {
  return {
    rule: where === undefined ? { id } : { id, where },
    covers: ({ sensorId, labels }) => selectorMatches(where, sensorId, labels),
  };
}

function sensor(sensorId: string, labels: Record<string, string> = {}) {
  return {
    ...{ sensorId, labels, calibrationDateMs: undefined, lastReceivedMs: undefined },
    ...{ cadenceMs: undefined, updateWithinMs: undefined, lastValue: () => undefined },
  };
}

const idsFor = (index: RuleIndex<Watch>, of: ReturnType<typeof sensor>) =>
  index.covering(of).map(({ rule }) => rule.id);

/** Few characters, so that much coincides. */
const text = (characters: string, most: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: most });
const labels = fc.dictionary(fc.constantFrom('site', 'kind'), fc.constantFrom('a', 'b'));
const asked = { sensors: fc.array(text('ab-*?', 4), { maxLength: 3 }), labels };
const exception = fc.record(asked, { requiredKeys: [] });
const selector = fc.option(
  fc.record(
    { ...asked, not: fc.array(exception, { minLength: 1, maxLength: 2 }) },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const someSensor = fc.tuple(text('ab-', 4), labels).map(([id, of]) => sensor(id, of));

test('finds the rules that a look at every one would find, whatever was added and taken away', () => {
  const steps = fc.array(fc.tuple(fc.nat(8), fc.option(selector, { nil: null })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, fc.array(someSensor, { minLength: 1, maxLength: 5 }), (changes, sensors) => {
      const index = new RuleIndex<Watch>();
      const all = new Map<string, Watch>();
      for (const [number, change] of changes) {
        const id = `r${number}`;
        const before = all.get(id);
        if (before !== undefined) index.delete(before);
        all.delete(id);
        if (change === null) continue;
        const next = watch(id, change);
        all.set(id, next);
        index.add(next);
      }
      for (const each of sensors) {
        const wanted = [...all.values()].filter((rule) => rule.covers(each));
        expect(idsFor(index, each)).toEqual(wanted.map(({ rule }) => rule.id).sort());
        expect(index.coversAny(each)).toBe(wanted.length > 0);
      }
    }),
  );
});

test('a sensor looks at few rules besides its own, of each kind of selector', () => {
  let looks = 0;
  const index = new RuleIndex<Watch>();
  const add = (id: string, where: Selector): void => {
    const { rule, covers } = watch(id, where);
    index.add({
      rule,
      covers(of) {
        looks++;
        return covers(of);
      },
    });
  };
  for (let n = 1000; n < 3000; n++) {
    add(`id-${n}`, { sensors: [`s${n}-oven`] });
    add(`prefix-${n}`, { sensors: [`s${n}-*`] });
    add(`suffix-${n}`, { sensors: [`*-${n}x`] });
    add(`label-${n}`, { labels: { kind: 'oven', site: `${n}` } });
    add(`both-${n}`, { sensors: [`s${n}-*`], labels: { kind: 'oven' } });
    add(`beginning-${n}`, { sensors: ['s*'], labels: { room: `${n}` } });
  }
  const oven = sensor('s1234-oven', { kind: 'oven', site: '1234', room: '1234' });
  expect(idsFor(index, oven).sort()).toEqual(
    ['beginning-1234', 'both-1234', 'id-1234', 'label-1234', 'prefix-1234'].sort(),
  );
  expect(looks).toBeLessThan(20);
  expect(idsFor(index, sensor('other-1234x'))).toEqual(['suffix-1234']);
});

test('an index that everything was taken from holds nothing', () => {
  const index = new RuleIndex<Watch>();
  const rules = [
    watch('a', { sensors: ['s1', 's1', 's2'] }),
    watch('b', { sensors: ['s*', '*1', '*'] }),
    watch('c', { labels: { kind: 'oven' } }),
    watch('d', undefined),
  ];
  for (const rule of rules) index.add(rule);
  const one = sensor('s1', { kind: 'oven' });
  expect(idsFor(index, one)).toEqual(['a', 'b', 'c', 'd']);
  for (const rule of rules) index.delete(rule);
  expect(index.coversAny(one)).toBe(false);
});
