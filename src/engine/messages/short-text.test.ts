import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { alertRow } from '#test/support/state-rows.ts';
import { formatNumber } from './format.ts';
import { renderDigest } from './render-digest.ts';
import { renderMessage, renderTestMessage } from './render-message.ts';

const english = { language: 'en', time_zone: 'UTC' } as const;
const french = { language: 'fr', time_zone: 'Europe/Paris' } as const;
type Row = Parameters<typeof alertRow>[0];
const hot: Row = {
  metric: 'temperature',
  condition: 'above',
  severity: 'critical',
  value: -9.1,
  limit_value: -10,
  unit: 'Cel',
};

function payloadOf(fields: Row, names: { sensor?: string; title?: string } = {}) {
  const { sensor = 'Freezer 3', title } = names;
  return buildNotificationPayload({
    alert: alertFromRow(alertRow({ ...hot, ...fields })),
    rule: { id: 'r', ...(title === undefined ? {} : { name: { en: title } }) },
    sensor: { id: 'freezer-3', name: sensor, location: 'lyon', labels: {} },
    previousSeverity: 'warning',
  });
}

describe('the short form of a message', () => {
  test.each([
    ['raised', 'Critical', 'Critique'],
    ['escalated', 'Critical, nobody has acknowledged', 'Critique, pas encore acquittée'],
    ['severity_changed', 'Critical, was Warning', 'Critique, avant Avertissement'],
    ['cleared', 'Cleared', 'Terminée'],
  ] as const)('of %s says severity, sensor, value and limit', (type, lead, frenchLead) => {
    const payload = payloadOf({}, { title: 'Too warm' });
    expect(renderMessage({ type, payload, reader: english }).short).toBe(
      `${lead}: Freezer 3, temperature -9.1 °C, limit -10 °C. Too warm`,
    );
    expect(renderMessage({ type, payload, reader: french }).short).toBe(
      `${frenchLead} : Freezer 3, température -9,1 °C, limite -10 °C. Too warm`,
    );
  });

  test('says what is wrong where there is no value', () => {
    const payload = payloadOf({
      condition: 'silent',
      metric: null,
      value: null,
      limit_value: null,
    });
    const { short } = renderMessage({ type: 'raised', payload, reader: french });
    expect(short).toBe('Critique : Freezer 3, aucune donnée ne parvient plus. Aucune donnée');
  });

  test('has no signs in it that make a text message three times as long', () => {
    const payload = payloadOf({ value: 101_325.25, unit: 'Pa', acknowledged: 1 });
    const { short } = renderMessage({ type: 'acknowledged', payload, reader: french });
    expect(short).toContain("Acquittée par quelqu'un : Freezer 3, température 101 325,25 Pa");
  });

  test('leaves the title out first, and cuts the name between words', () => {
    const sensor =
      'Freezer in the cellar behind the kitchen of the old house by the river in Lyon near the bridge';
    const full = renderMessage({
      type: 'raised',
      payload: payloadOf({}, { sensor, title: 'Much too warm for anything' }),
      reader: english,
    }).short;
    expect(full).toMatch(
      /near the bridge, temperature -9\.1 °C, limit -10 °C\. Much too warm for…$/,
    );
    const longer = renderMessage({
      type: 'raised',
      payload: payloadOf({}, { sensor: `${sensor} and the ferry that crosses`, title: 'Hot' }),
      reader: english,
    }).short;
    expect(longer).toMatch(/the ferry that…, temperature -9\.1 °C, limit -10 °C$/);
  });

  test('of a digest and of a test fits, too', () => {
    const members = Array.from({ length: 40 }, (_, at) =>
      payloadOf(
        { id: `${at}` },
        { title: `Rule ${at} with quite a long name that goes on and on` },
      ),
    );
    const { short } = renderDigest({ digest: { reason: 'storm', members }, reader: english });
    expect(short).toMatch(/^Many alerts in a short time, 40 more: .*\S…$/);
    expect(short.length).toBeLessThanOrEqual(160);
    const contact = { name: 'x '.repeat(100), ...english };
    expect(renderTestMessage({ contact, nowMs: 0 }).short.length).toBeLessThanOrEqual(160);
  });

  test('is at most 160 characters and holds severity, value and limit, whatever names people give', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 30 })
        .map((a) => a.join(' ')),
    );
    fc.assert(
      fc.property(
        fc.record({ sensor: name, title: name, by: name, unit: name, metric: name }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom('raised', 'escalated', 'severity_changed', 'cleared', 'acknowledged'),
        ({ sensor, title, by, unit, metric }, value, type) => {
          const fields = { value, limit_value: 7.25, unit, metric, acknowledged_by: by };
          const payload = payloadOf(fields, { sensor, title });
          const { short } = renderMessage({ type, payload, reader: english });
          expect(short.length).toBeLessThanOrEqual(160);
          expect(short).not.toMatch(/\p{Cc}|\p{Cs}/u);
          expect(short).toContain('limit 7.25');
          expect(short).toContain(formatNumber(value, 'en'));
          if (type === 'raised') expect(short).toMatch(/^Critical: /);
        },
      ),
    );
  });
});
