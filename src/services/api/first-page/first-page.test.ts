import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createApiUnderTest } from '#test/support/create-api.ts';

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const html = read('index.html');
const script = read('page.js');

test('the first page is served with its files, under a policy that forbids all other scripts', async () => {
  const { ask } = await createApiUnderTest();
  const page = await ask('GET /', { key: null });
  expect(page.body).toBe(html);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  for (const [, file] of html.matchAll(/(?:src|href)="([\w.]+\.(?:js|css|svg))"/g)) {
    const { status, headers } = await ask(`GET /${file}`, { key: null });
    expect([file, status]).toEqual([file, 200]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toMatch(/^(?:text\/javascript|text\/css|image\/svg)/);
  }
});

test('a browser that has the file is told so', async () => {
  const { ask } = await createApiUnderTest();
  const first = await ask('GET /page.js', { key: null });
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
  expect((await ask('GET /page.js', { key: null, headers })).status).toBe(304);
});

test('nothing in the page runs or styles inline', () => {
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=/);
  expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|eval\(|document\.write/);
});

test('every text that a person reads has its French, and every element that the script wants is there', () => {
  const bare = html
    .replace(/<noscript>.*<\/noscript>|<title>.*<\/title>|<h1>.*<\/h1>/g, '')
    .replace(/<(\w+)[^>]*data-fr="[^"]+"[^>]*>[^<]+<\/\1>/g, '')
    .replace(/<[^>]+>/g, '');
  expect(bare.replace(/[–\s]/g, '')).toBe('');
  for (const [, id] of script.matchAll(/el\('([\w-]+)'\)/g)) expect(html).toContain(`id="${id}"`);
  for (const name of ['live', 'lost', 'signedOut', 'connecting', 'info', 'warning', 'critical']) {
    expect(html).toContain(`id="t-${name}"`);
  }
});

test('the page stays small', () => {
  const lines = ['index.html', 'page.js', 'page.css'].map((file) => read(file).split('\n').length);
  expect(lines.reduce((sum, count) => sum + count - 1, 0)).toBeLessThan(300);
});
