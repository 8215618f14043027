import { describe, expect, test } from 'vitest';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { TEMPLATE_ARGUMENTS, type TemplateText } from '#domain/template.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { alertRow } from '#test/support/state-rows.ts';
import { renderMessage } from './render-message.ts';
import { renderWith } from './render-with.ts';
import { argumentNames, chooseTexts, templateProblems } from './template-text.ts';

const alert = alertFromRow(
  alertRow({ id: 'a1', severity: 'critical', metric: 'temperature', value: 8.5, peak: 9 }),
);
const payload = buildNotificationPayload({
  alert,
  rule: { id: 'hot', instructions: { en: 'Call 12.' } },
  sensor: { id: 'oven', name: '<b>Oven</b> {value}', location: 'lyon', labels: {} },
});
const reader = { language: 'en', time_zone: 'UTC', units: 'us' } as const;
const request = { type: 'raised', payload, reader, publicUrl: 'https://v.example.org' } as const;

describe('templateProblems()', () => {
  test.each([
    ['{value} at {sensor}', []],
    ['{severity_code, select, critical {!!} other {}} {value_number, number, ::.0}', []],
    ["it''s '{'fine'}'", []],
    ['a\nb {value', ['line 2, column 3: is no ICU message format: expect argument closing brace']],
    ['{value, foo}', ['line 1, column 9: is no ICU message format: invalid argument type']],
    ['{value_number, plural, one {x}}', [expect.stringContaining('missing other clause')]],
    ['{since, date}', [expect.stringContaining('line 1, column 1: {since} is no time')]],
    ['{value, number}', [expect.stringContaining('{value} is no number; value_number')]],
    [
      'x {kind, select, raised {{wat}} other {}}',
      [
        expect.stringMatching(
          /^line 1, column 26: there is no \{wat\}; there are: headline, .*link/,
        ),
      ],
    ],
    ['{constructor}', [expect.stringContaining('there is no {constructor}')]],
  ])('of %j are %j', (text, problems) => {
    expect(templateProblems(text, 'en')).toEqual(problems);
  });
});

test('argumentNames() looks into plural and select', () => {
  const text = '{a} {b, plural, one {{c}} other {# {d}}}';
  expect([...argumentNames(text, 'en')]).toEqual(['a', 'b', 'c', 'd']);
  expect(argumentNames('{', 'en').size).toBe(0);
});

test('chooseTexts() takes each part from the text that fits most closely', () => {
  const texts: TemplateText[] = [
    { language: 'en', text: 'all', subject: 'all', short: 'all' },
    { language: 'en', text: 'raised', subject: 'raised', on: ['raised'] },
    { language: 'en', text: 'mail', channels: ['email'] },
    { language: 'en', text: 'other mail', channels: ['email'] },
    { language: 'fr', text: 'tout' },
  ];
  const choose = (fields: object) =>
    chooseTexts(texts, { language: 'en', channel: 'email', kind: 'raised', ...fields });
  expect(choose({})).toEqual({ text: 'mail', subject: 'raised', short: 'all' });
  expect(choose({ channel: 'slack' })).toMatchObject({ text: 'raised' });
  expect(choose({ channel: null, kind: 'cleared' })).toMatchObject({ text: 'all' });
  expect(choose({ language: 'fr' })).toEqual({ text: 'tout' });
  expect(chooseTexts([], { language: 'en', channel: null, kind: 'raised' })).toBeUndefined();
});

describe('a message in the words of a template', () => {
  test('has its subject, text and short form, and the links', () => {
    const own = {
      subject: '{severity}: {sensor_id}\nnow',
      text: '{where}: {value} ({value_number, number, ::.00} {unit}), limit {limit}.\n{instructions}',
      short: '{sensor_id} {value}',
    };
    const { subject, text, short, body } = renderMessage({ ...request, own });
    expect(subject).toBe('Critical: sensor-1 now');
    expect(body).toBe('<b>Oven</b> {value} (lyon): 47.3 °F (47.30 °F), limit 46.4 °F.\nCall 12.');
    expect(text).toBe(`${body}\n\nOpen: https://v.example.org/#alert=a1\n`);
    expect(short).toBe('sensor-1 47.3 °F');
  });

  test('keeps the usual words for the parts that it leaves out', () => {
    const usual = renderMessage(request);
    const { subject, text, short } = renderMessage({ ...request, own: { subject: 'x' } });
    expect({ subject, text, short }).toEqual({
      subject: 'x',
      text: usual.text,
      short: usual.short,
    });
  });

  test('is cut to 160 characters where it is short, but never its value', () => {
    const first = renderMessage({ ...request, own: { short: `{value} ${'word '.repeat(50)}` } });
    expect(first.short).toMatch(/^47\.3 °F (?:word )+word…$/);
    expect(first.short.length).toBeLessThanOrEqual(160);
    const last = renderMessage({ ...request, own: { short: `${'word '.repeat(50)}{value}` } });
    expect(last.short).toBe(renderMessage(request).short);
  });

  test('is escaped as HTML, its own words too', () => {
    const { html } = renderMessage({
      ...request,
      own: { text: '<i>{sensor}</i>\n<script>{title}' },
    });
    expect(html).toContain('&lt;i&gt;&lt;b&gt;Oven&lt;/b&gt; {value}&lt;/i&gt;<br>&lt;script&gt;');
    expect(html).not.toMatch(/<script|<i>|<b>/);
    expect(html).toContain('<a href="https://v.example.org/#alert=a1">Open</a>');
  });

  test('says in whose place the reader is told', () => {
    const instead = { ...request, payload: { ...payload, fallback_for: 'Bo' } };
    const { body } = renderMessage({ ...instead, own: { text: '{value}' } });
    expect(body).toBe('Bo could not be reached.\n47.3 °F');
  });

  test('can name every argument that is documented', () => {
    for (const [name, type] of Object.entries(TEMPLATE_ARGUMENTS)) {
      const text = `x${type === 'number' ? `{${name}, number}` : `{${name}}`}`;
      expect(templateProblems(text, 'en')).toEqual([]);
      expect(renderWith(request, { text }).problem, name).toBeNull();
    }
  });

  test.each([['{value, number, ::foo'], ['{nothing}'], ['{told_before}']])(
    'gives way to the usual words where it cannot be filled in: %s',
    (text) => {
      const { message, problem } = renderWith(request, { text });
      expect(problem).toEqual(expect.any(String));
      expect(message).toEqual(renderMessage(request));
    },
  );
});
