import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DASHBOARD_FOLDER, dashboardObstacle } from '#test/support/built-dashboard.ts';
import { createApiUnderTest } from '#test/support/create-api.ts';

const html = { accept: 'text/html,application/xhtml+xml' };

test.skipIf(dashboardObstacle !== undefined)(
  'every page is the same document, under a policy that forbids all other scripts',
  async () => {
    const { ask } = await createApiUnderTest();
    const page = await ask('GET /', { key: null });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(page.body).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=/);
    const deep = await ask('GET /sensors/freezer-3?from=x', { key: null, headers: html });
    expect([deep.status, deep.body]).toEqual([200, page.body]);
    for (const [, file] of page.body.matchAll(/(?:src|href)="(\/[\w./-]+\.(?:js|css|svg))"/g)) {
      const { status, headers } = await ask(`GET ${file}`, { key: null });
      expect([file, status]).toEqual([file, 200]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-type')).toMatch(
        /^(?:(?:text|application)\/javascript|text\/css|image\/svg)/,
      );
    }
  },
);

test.skipIf(dashboardObstacle !== undefined)(
  'scripts come compressed and need never be asked for again; one that is gone is not found',
  async () => {
    const { ask } = await createApiUnderTest();
    const [script = ''] = readdirSync(new URL('assets/', DASHBOARD_FOLDER)).filter((name) =>
      /\.js$/.test(name),
    );
    const headers = { 'accept-encoding': 'br' };
    const answer = await ask(`GET /assets/${script}`, { key: null, headers });
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    const gone = await ask('GET /assets/index-00000000.js', { key: null, headers: html });
    expect([gone.status, gone.body.code]).toEqual([404, 'not_found']);
    const secret = await ask('GET /assets/..%2f..%2fpackage.json', { key: null });
    expect(secret.status).toBeGreaterThanOrEqual(400);
  },
);

test.skipIf(dashboardObstacle !== undefined)(
  'the service worker and the manifest are asked for anew each time, by anybody',
  async () => {
    const { ask } = await createApiUnderTest();
    for (const [file, type] of [
      ['/sw.js', /javascript/],
      ['/manifest.webmanifest', /^application\/manifest\+json/],
      ['/icon-192.png', /^image\/png/],
    ] as const) {
      const { status, headers } = await ask(`GET ${file}`, { key: null });
      expect([file, status, headers.get('cache-control')]).toEqual([file, 200, 'no-cache']);
      expect(headers.get('content-type')).toMatch(type);
    }
    const { body } = await ask('GET /sw.js', { key: null });
    // The build has told it of every file.
    for (const name of readdirSync(new URL('assets/', DASHBOARD_FOLDER)).filter((name) =>
      /(?:js|css)$/.test(name),
    ))
      expect(body).toContain(`"/assets/${name}"`);
  },
);

test('what is no page stays an error of the API', async () => {
  const { ask } = await createApiUnderTest();
  const call = await ask('GET /v1/nothing', { headers: html });
  expect([call.status, call.body.code]).toEqual([404, 'not_found']);
  const program = await ask('GET /nothing', { headers: { accept: 'application/json' } });
  expect([program.status, program.body.code]).toEqual([404, 'not_found']);
  expect((await ask('POST /sensors', { headers: html, body: {} })).status).toBe(404);
});

test.skipIf(dashboardObstacle === undefined)('the dashboard is served: left out', ({ skip }) => {
  skip(dashboardObstacle);
});
