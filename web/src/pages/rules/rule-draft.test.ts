import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RuleInput } from '#domain/rule.ts';
import { anyDocument } from '../../../../test/support/any-document.ts';
import { draftOf, EMPTY_RULE, type RuleDraft, ruleOf } from './rule-draft.ts';

const anyRule = anyDocument(RuleInput) as fc.Arbitrary<RuleInput>;
const given = { revision: 3, created_at: '2026-11-22T05:00:00Z', updated_at: '' };

test('any rule that the schema allows goes through the form and comes out to the letter', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      expect(ruleOf(draftOf(rule), rule)).toEqual(rule);
      const stored = { id: 'r', enabled: true, ...rule, ...given };
      expect(ruleOf(draftOf(stored), stored)).toEqual({ id: 'r', enabled: true, ...rule });
    }),
    { numRuns: 500 },
  );
});

test('each kind of condition is read and written with every field it has', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      expect(ruleOf(draftOf(rule)).when).toEqual(rule.when);
    }),
    { numRuns: 500 },
  );
});

test('what is changed in the form is what changes in the rule', () => {
  const changes: [Partial<RuleDraft>, Partial<RuleInput>][] = [
    [{ reAlert: '6h' }, { re_alert: '6h' }],
    [{ enabled: false }, { enabled: false }],
    [
      { instructions: { en: 'Close\nthe door', fr: '' } },
      { instructions: { en: 'Close\nthe door' } },
    ],
    [{ labels: 'site="Lyon, north"' }, { where: { labels: { site: 'Lyon, north' } } }],
  ];
  fc.assert(
    fc.property(anyRule, fc.constantFrom(...changes), (rule, [part, wanted]) => {
      const before = { ...rule, where: {}, enabled: true };
      expect(ruleOf({ ...draftOf(before), ...part }, before)).toEqual({ ...before, ...wanted });
    }),
  );
  const kept = { when: { silent: 'auto' as const }, managed_by: 'apply:default', enabled: true };
  expect(ruleOf({ ...draftOf(kept), managedBy: undefined }, kept)).toEqual({
    when: { silent: 'auto' },
    enabled: true,
  });
});

test('a comma is a decimal point; fields of another kind of condition are not sent', () => {
  const draft = {
    ...EMPTY_RULE,
    metric: ' temperature ',
    levels: [{ limit: '-15,5', from: '1', to: '2', severity: '' as const }],
    expression: 'x > 1',
    changeBy: '3',
  };
  expect(ruleOf(draft)).toEqual({
    when: { metric: 'temperature', above: [{ limit: -15.5 }] },
    enabled: true,
  });
});
