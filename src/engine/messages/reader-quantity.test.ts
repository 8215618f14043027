import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import type { UnitWishes } from '#domain/unit-conversion.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { alertRow } from '#test/support/state-rows.ts';
import { readerQuantity } from './reader-quantity.ts';
import { renderAcknowledgePage } from './render-acknowledge-page.ts';
import { renderDigest } from './render-digest.ts';
import { renderMessage } from './render-message.ts';

type Row = Parameters<typeof alertRow>[0];

function payloadOf(fields: Row) {
  const alert = alertFromRow(alertRow({ metric: 'temperature', unit: 'Cel', ...fields }));
  const message = { en: '{value} {unit}, allowed: {limit} {unit}' };
  return buildNotificationPayload({
    alert,
    rule: { id: 'r', ...(fields?.rule_id === 'own' ? { message } : {}) },
    sensor: { id: 's', labels: {} },
  });
}

function read(fields: Row, units?: UnitWishes, language: 'en' | 'fr' = 'en') {
  const reader = { language, time_zone: 'UTC', units };
  return renderMessage({ type: 'raised', payload: payloadOf(fields), reader });
}

describe('a reader who has asked for other units', () => {
  test('reads value, limit and furthest value in them', () => {
    const fields = { value: -9.1, limit_value: -10, peak: -8.2 };
    const { text, short } = read(fields, 'us');
    expect(text).toContain('temperature 15.6 °F, above the limit of 14 °F');
    expect(text).toContain('Value: 15.6 °F\nLimit: 14 °F\nFurthest value: 17.2 °F');
    expect(short).toContain('temperature 15.6 °F, limit 14 °F');
    expect(text).not.toContain('°C');
    expect(read(fields).text).toContain('Value: -9.1 °C');
  });

  test('reads a limit on a change as a difference', () => {
    const fields = { condition: 'change', value: 20, limit_value: 5, peak: 20 };
    const { text } = read(fields, { temperature: '°F' }, 'fr');
    expect(text).toContain('température 68 °F, variation de plus de 9 °F');
  });

  test("reads the rule's own words in them", () => {
    const { text } = read({ rule_id: 'own', value: 8.5, limit_value: 8 }, 'us');
    expect(text).toContain('47.3 °F, allowed: 46.4 °F');
  });

  test('reads what cannot be converted as it is measured', () => {
    const { text } = read({ metric: 'co2', unit: '[ppm]', value: 1200, limit_value: 1000 }, 'us');
    expect(text).toContain('1200 ppm, above the limit of 1000 ppm');
    const odd = read({ metric: 'x', unit: 'furlong', value: 3, limit_value: 2 }, 'us');
    expect(odd.text).toContain('Value: 3 furlong');
  });

  test('reads digests and the acknowledge page in them', () => {
    const payload = payloadOf({ value: 10, limit_value: 8 });
    const reader = { language: 'en', time_zone: 'UTC', units: 'us' } as const;
    const digest = renderDigest({ digest: { reason: 'group', members: [payload] }, reader });
    expect(digest.text).toContain('temperature 50 °F, above the limit of 46.4 °F');
    const page = renderAcknowledgePage({ payload, reader, isDone: false });
    expect(page.rows).toContainEqual({ label: 'Value', text: '50 °F' });
    expect(page.rows).toContainEqual({ label: 'Limit', text: '46.4 °F' });
  });

  test.each([
    ['hPa', 1013.2, 1000, '29.92 inHg', '29.53 inHg'],
    ['m/s', 12, 10, '26.8 mph', '22.37 mph'],
    ['mm', 3.5, 2, '0.138 in', '0.0787 in'],
    ['kPa', 101.325, 100, '14.696 psi', '14.504 psi'],
    ['K', 300.15, 300, '300.15 K', '300 K'],
  ])('reads %s %d, limit %d, with the precision that was measured', (...row) => {
    const [unit, value, limit, shownValue, shownLimit] = row;
    const { text } = read({ metric: 'x', unit, value, limit_value: limit }, 'us');
    expect(text).toContain(`Value: ${shownValue}\n`);
    expect(text).toContain(`Limit: ${shownLimit}\n`);
  });

  test('is never shown a value on the other side of its limit, nor on it', () => {
    const units = fc.constantFrom('Cel', 'hPa', 'mm', 'km', 'L', 'm3/h', 'g', 'm/s');
    const decimal = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(3));
    fc.assert(
      fc.property(units, decimal, decimal, (unit, one, other) => {
        const [value, limit] = [one, other].map(([whole, places]) => whole / 10 ** places) as [
          number,
          number,
        ];
        fc.pre(value !== limit);
        const quantity = readerQuantity(unit, 'us', {
          all: [value, limit],
          isLimitDifference: false,
        });
        const shown = quantity.value(value) - quantity.limit(limit);
        expect(Math.sign(shown)).toBe(Math.sign(value - limit));
      }),
    );
  });
});
