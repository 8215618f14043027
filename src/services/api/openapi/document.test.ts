import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { ERRORS } from '#domain/errors.ts';
import { createApiUnderTest } from '#test/support/create-api.ts';

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  security?: object[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

test('/openapi.json is a valid OpenAPI 3.1 document and open to all', async () => {
  const { ask } = await createApiUnderTest();
  const { status, body } = await ask('GET /openapi.json', { key: null });
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.1.0');
  const result = await new Validator().validate(body);
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

test('every operation has an id of its own, a known tag, a summary and a problem answer', async () => {
  const { api } = await createApiUnderTest();
  const document = api.document();
  const tags = document.tags?.map(({ name }) => name);
  const ids = new Set<string>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item ?? {})) {
      const { operationId, tags: own, summary, responses } = operation as unknown as Operation;
      expect([path, method, ids.has(operationId)]).toEqual([path, method, false]);
      ids.add(operationId);
      expect(tags).toContain(own[0]);
      expect(summary.length).toBeGreaterThan(5);
      expect(Object.keys(responses.default?.content ?? {})).toEqual(['application/problem+json']);
    }
  }
});

test('the contract is there: every call, the doors for readings with every content type, every code', async () => {
  const { api } = await createApiUnderTest();
  const document = api.document();
  const calls = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item ?? {}).map((method) => `${method} ${path}`),
  );
  expect(calls).toEqual(
    expect.arrayContaining([
      'post /v1/readings',
      'post /write',
      'post /api/v2/write',
      ...['get', 'post'].map((method) => `${method} /v1/sensors`),
      ...['get', 'put', 'patch', 'delete'].map((method) => `${method} /v1/sensors/{id}`),
      'get /v1/sensors/{id}/readings',
      ...['rules', 'contacts', 'policies'].flatMap((noun) => [
        `get /v1/${noun}`,
        `post /v1/${noun}`,
        `get /v1/${noun}/{id}`,
        `put /v1/${noun}/{id}`,
        `delete /v1/${noun}/{id}`,
      ]),
      'post /v1/rules/backtest',
      'post /v1/contacts/{id}/test',
      'get /v1/alerts',
      'get /v1/alerts/{id}',
      ...['acknowledge', 'comment', 'assign'].map((verb) => `post /v1/alerts/{id}/${verb}`),
      'get /v1/deliveries',
      'get /v1/dead-letters',
      'get /v1/events',
      'get /v1/export',
      'get /v1/api-keys',
      'post /v1/session',
      'delete /v1/session',
      'get /health/live',
      'get /health/ready',
      'get /metrics',
    ]),
  );
  const readings = document.paths?.['/v1/readings']?.post as never as {
    requestBody: { content: object };
  };
  expect(Object.keys(readings.requestBody.content)).toEqual([
    'application/json',
    'application/x-ndjson',
    'application/senml+json',
  ]);
  const schemas = document.components?.schemas as Record<string, { enum?: string[] }>;
  expect(schemas.ErrorCode?.enum).toEqual(Object.keys(ERRORS));
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining(['Reading', 'Sensor', 'Alert', 'Contact', 'Policy', 'Delivery']),
  );
});
