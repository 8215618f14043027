import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ERRORS } from '#domain/errors.ts';
import { createApiUnderTest } from '#test/support/create-api.ts';
import { proseHtml, schemaHtml } from './schema-text.ts';

test('/docs shows every operation, schema and error code, without scripts or other files', async () => {
  const { api, ask } = await createApiUnderTest();
  const { status, headers, body } = await ask('GET /docs', { key: null });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(body).not.toMatch(/<script|<link(?! rel="icon")|src=/);
  for (const path of Object.keys(api.document().paths ?? {})) {
    expect(body).toContain(`<code>${path}</code>`);
  }
  for (const code of Object.keys(ERRORS)) expect(body).toContain(`<tr id="${code}">`);
  for (const [, target = ''] of body.matchAll(/href="#([^"]+)"/g)) {
    expect(body).toContain(`id="${target}"`);
  }
  expect(body).not.toContain('[object Object]');
  expect(body).not.toContain('undefined');
});

test('the one inline style sheet is let through by its hash, and framing is forbidden', async () => {
  const { ask } = await createApiUnderTest();
  for (const path of ['/docs', '/docs/errors']) {
    const { headers, body } = await ask(`GET ${path}`, { key: null });
    const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`style-src 'self' 'sha256-${hash}'`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  }
});

test('/docs/errors, where the type of a problem leads, speaks English and French', async () => {
  const { ask } = await createApiUnderTest();
  const problem = await ask('GET /v1/sensors/x');
  const [page = '', anchor = ''] = problem.body.type.replace(/^https?:\/\/[^/]+/, '').split('#');
  const french = await ask(`GET ${page}`, { key: null, headers: { 'accept-language': 'fr' } });
  expect(french.body).toContain('<html lang="fr">');
  expect(french.body).toContain(`<tr id="${anchor}">`);
  expect(french.body).toContain('Introuvable');
  expect((await ask(`GET ${page}`, { key: null })).body).toContain('Not found');
});

test('schemaHtml() writes types as people do and escapes what is text', () => {
  const schema = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'string', description: 'a < b' },
      state: { enum: ['on', 'off'] },
      pair: { type: 'array', prefixItems: [{ format: 'date-time' }, { type: 'number' }] },
      tags: { type: 'array', items: { anyOf: [{ const: 1 }, { $ref: '#/components/schemas/T' }] } },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      any: {},
    },
  };
  expect(schemaHtml(schema)).toBe(
    [
      '{',
      '  id: string <i>a &lt; b</i>',
      '  state?: &quot;on&quot; | &quot;off&quot;',
      '  pair?: [date-time, number]',
      '  tags?: (1 | <a href="#schema-T">T</a>)[]',
      '  labels?: {\n    [name]: string\n  }',
      '  any?: any',
      '}',
    ].join('\n'),
  );
});

test('proseHtml() makes paragraphs and code, and nothing else', () => {
  expect(proseHtml('a `b<c`\n\n<b>d</b>')).toBe(
    '<p>a <code>b&lt;c</code></p><p>&lt;b&gt;d&lt;/b&gt;</p>',
  );
});
