import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { describeDrift } from './describe-drift.ts';
import { generatedFiles } from './generated-files.ts';

test('every JSON Schema stands by itself and is valid JSON Schema 2020-12', async () => {
  const files = await generatedFiles();
  const schemas = [...files].filter(([path]) => path.startsWith('docs/schemas/'));
  expect(schemas.length).toBeGreaterThan(8);
  for (const [, text] of schemas) {
    const ajv = new Ajv2020({ strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.compile(JSON.parse(text));
  }
});

test('the schemas hold for what the documentation shows', async () => {
  const files = await generatedFiles();
  const isValid = (name: string, value: unknown) => {
    const ajv = new Ajv2020({ strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    return ajv.compile(JSON.parse(files.get(`docs/schemas/${name}.json`) ?? ''))(value);
  };
  const reading = { sensor_id: 'freezer-3', readings: { temperature: -18.4, humidity: null } };
  expect(isValid('reading', reading)).toBe(true);
  expect(isValid('reading', { ...reading, readings: {} })).toBe(false);
  const rule = {
    id: 'freezer-too-warm',
    name: { en: 'Freezer too warm', fr: 'Congélateur trop chaud' },
    where: { sensors: ['freezer-*'], labels: { site: 'lyon' } },
    when: {
      metric: 'temperature',
      above: [
        { limit: -15, severity: 'warning' },
        { limit: -10, severity: 'critical' },
      ],
      deadband: 0.5,
      on_delay: '5m',
    },
    severity: 'warning',
    policy: 'cold-chain',
    enabled: true,
  };
  expect(isValid('rule-input', rule)).toBe(true);
  expect(isValid('rule-input', { ...rule, when: { metric: 'temperature' } })).toBe(false);
});

test('what is generated is the same each time', async () => {
  expect([...(await generatedFiles())]).toEqual([...(await generatedFiles())]);
});

test('describeDrift() says what is missing, what differs and nothing where nothing does', () => {
  const path = 'docs/x.md';
  expect(describeDrift({ path, present: 'a', wanted: 'a' })).toBeUndefined();
  expect(describeDrift({ path, present: undefined, wanted: 'a' })).toBe('docs/x.md: is missing');
  expect(describeDrift({ path, present: 'a\nb\nb', wanted: 'a\nb\nc\nd' })).toBe(
    'docs/x.md: 1 line(s) less, 2 more\n  - b\n  + c\n  + d',
  );
  expect(describeDrift({ path, present: 'a\nb', wanted: 'b\na' })).toContain('another order');
});
