import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alert } from '#domain/alert.ts';
import type { NotificationType } from '#domain/notification.ts';
import { buildNotificationPayload, type NotificationFacts } from '#domain/notification-payload.ts';
import { alertLink, renderMessage, renderTestMessage } from './render-message.ts';

const alert: Alert = {
  id: '0199-a1',
  rule_id: 'freezer-too-warm',
  sensor_id: 'freezer-3',
  metric: 'temperature',
  condition: 'above',
  state: 'active',
  severity: 'critical',
  acknowledged: false,
  shelved_until: null,
  shelved_by: null,
  shelve_reason: null,
  shelve_one_shot: false,
  returned_at: null,
  first_of_storm: false,
  suppressed_by: null,
  assignee: null,
  value: -9.1,
  limit: -10,
  unit: 'Cel',
  peak: -8.2,
  started_at: '2026-11-22T05:00:00.000Z',
  received_at: '2026-11-22T05:00:01.000Z',
  cleared_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
};
const facts: NotificationFacts = {
  alert,
  rule: {
    id: 'freezer-too-warm',
    name: { en: 'Freezer too warm', fr: 'Congélateur trop chaud' },
    instructions: { en: 'Close the door of {sensor}.\nCall 12.' },
  },
  sensor: { id: 'freezer-3', name: 'Freezer 3', location: 'lyon/kitchen', labels: {} },
};
const paris = { language: 'fr', time_zone: 'Europe/Paris' } as const;
const utc = { language: 'en', time_zone: 'UTC' } as const;

function render(
  type: NotificationType,
  { reader = utc, ...changes }: Partial<NotificationFacts> & { reader?: typeof utc | typeof paris },
) {
  const payload = buildNotificationPayload({ ...facts, ...changes });
  const message = renderMessage({ type, payload, reader, publicUrl: 'https://vigie.example.org/' });
  return { ...message, first: message.text.split('\n')[0] ?? '' };
}

describe('a raised alert', () => {
  test('is told whole in English', () => {
    const { subject, first, text } = render('raised', {});
    expect(subject).toBe('[Critical] Freezer too warm: Freezer 3');
    expect(first).toBe(
      'Freezer too warm: Freezer 3 (lyon/kitchen), temperature -9.1 °C, above the limit of -10 °C',
    );
    expect(text).toBe(`${first}

Severity: Critical
Sensor: Freezer 3 (freezer-3)
Place: lyon/kitchen
Measured: temperature
Value: -9.1 °C
Limit: -10 °C
Furthest value: -8.2 °C
Since: Sun, November 22, 2026 at 05:00:00 UTC

What to do:
Close the door of Freezer 3.
Call 12.

Open: https://vigie.example.org/#alert=0199-a1
`);
  });

  test("is told in French, in the reader's zone, with instructions in the other language", () => {
    const { subject, text } = render('raised', { reader: paris });
    expect(subject).toBe('[Critique] Congélateur trop chaud : Freezer 3');
    expect(text).toContain('température -9,1 °C, au-dessus de la limite de -10 °C');
    expect(text).toContain('Depuis : dim. 22 novembre 2026 à 06:00:00 UTC+1');
    expect(text).toContain('Que faire :\nClose the door of Freezer 3.');
  });

  test("is told in the rule's own words where it has any", () => {
    const message = { fr: '{sensor} trop chaud : {value} {unit} {wat}' };
    const { first, subject } = render('raised', {
      reader: paris,
      rule: { ...facts.rule, message },
    });
    expect(first).toBe('Freezer 3 trop chaud : -9,1 °C {wat}');
    expect(subject).toBe('[Critique] Congélateur trop chaud : Freezer 3');
  });

  test('is named by its condition where the rule has no name, and by the id where the sensor has none', () => {
    const { subject, text } = render('raised', {
      rule: { id: 'r' },
      sensor: { id: 'freezer-3', labels: {} },
      alert: { ...alert, condition: 'silent', metric: null, value: null, limit: null, peak: null },
    });
    expect(subject).toBe('[Critical] No data: freezer-3');
    expect(text).toContain('No data: freezer-3, no data is coming in\n\nSeverity: Critical');
    expect(text).not.toMatch(/Place|Value|Limit|Measured/);
  });

  test.each(['above', 'below', 'outside', 'change', 'silent', 'flat', 'calibration_due'])(
    'has words of its own for the condition %s in both languages',
    (condition) => {
      const change = { rule: { id: 'r' }, alert: { ...alert, condition } };
      const [english, french] = [
        render('raised', change),
        render('raised', { ...change, reader: paris }),
      ];
      expect(english.first).not.toContain('Rule r');
      expect(french.first).not.toBe(english.first);
    },
  );
});

describe('what becomes of an alert', () => {
  test('cleared says how long it lasted, and gives no instructions', () => {
    const cleared = { ...alert, state: 'cleared', cleared_at: '2026-11-22T06:12:00.000Z' } as const;
    const { subject, text } = render('cleared', { alert: cleared, reader: paris });
    expect(subject).toBe('[Terminée] Congélateur trop chaud : Freezer 3');
    expect(text).toMatch(/^Terminée après 1\sh et 12\smin : Congélateur trop chaud, Freezer 3/);
    expect(text).toContain('Valeur extrême : -8,2 °C');
    expect(text).not.toContain('Que faire');
  });

  test('a change of severity says what it was', () => {
    const { subject, text } = render('severity_changed', { previousSeverity: 'warning' });
    expect(subject).toBe('[Critical, was Warning] Freezer too warm: Freezer 3');
    expect(text).toContain('Severity: Critical (was Warning)');
  });

  test('an acknowledgement says by whom', () => {
    const acknowledged = {
      ...alert,
      acknowledged: true,
      acknowledged_at: '2026-11-22T05:10:00.000Z',
      acknowledged_by: 'anne',
    };
    const { text } = render('acknowledged', { alert: acknowledged });
    expect(text).toContain('Acknowledged: Sun, November 22, 2026 at 05:10:00 UTC, by anne');
  });

  test('a repeat says that nobody has acknowledged', () => {
    const { subject, first } = render('raised', { repeat: true });
    expect(subject).toBe('[Critical, still active] Freezer too warm: Freezer 3');
    expect(first).toMatch(/^Still active, not acknowledged: Freezer too warm/);
  });
});

test('a test message names the contact and links to the platform', () => {
  const { subject, text } = renderTestMessage({
    contact: { name: 'Anne', ...paris },
    nowMs: 0,
    publicUrl: 'https://vigie.example.org',
  });
  expect(subject).toBe('Message d’essai de Vigie');
  expect(text).toContain('les messages pour Anne arrivent ici');
  expect(text).toContain('https://vigie.example.org');
});

test('alertLink() leads to the alert on the dashboard', () => {
  expect(alertLink('https://v.example.org/x/', 'a b')).toBe('https://v.example.org/x/#alert=a%20b');
});

test('nothing that people or devices have written reaches a header line or a tag', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'a\r\nBcc: x@example.org',
      '<script>alert(1)</script>',
      '"><img src=x>',
      '{sensor}',
    ),
  );
  fc.assert(
    fc.property(nasty, nasty, (one, two) => {
      const { subject, short, html } = render('raised', {
        alert: { ...alert, unit: two },
        rule: {
          id: 'r',
          name: { en: one },
          message: { en: `{sensor} ${two}` },
          instructions: { en: two },
        },
        sensor: { id: 's', name: one, location: two, labels: {} },
      });
      expect(subject + short).not.toMatch(/[\p{Cc}]/u);
      expect([...subject].length).toBeLessThanOrEqual(200);
      const tags = html.match(/<\/?[a-z!][^>]*>/gi) ?? [];
      const known =
        /^<(?:!doctype html|\/?(?:html|head|body|p|strong|table|tr|td|th|br|a)(?: (?:lang|align|href)="[^"<>]*")?|meta charset="utf-8"|\/html)>$/;
      expect(tags.filter((tag) => !known.test(tag))).toEqual([]);
    }),
  );
});
