import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readConfig } from '#cli/as-code/read-config.ts';
import { SETTINGS } from '#config/settings-schema.ts';
import { readRuleInput } from '#operations/rule/rule-input.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();
}

/** What people read: the README, everything under docs, and the READMEs of rooms. */
const pages = [
  'README.md',
  ...filesBelow('docs', '.md'),
  ...filesBelow('src', 'README.md'),
  ...filesBelow('deploy', 'README.md'),
];
const matchesOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? match[0]);

describe.each(pages)('%s', (page) => {
  const text = read(page);
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');

  test('every relative link leads to a file', () => {
    const targets = matchesOf(prose, /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const missing = targets.filter((link) => {
      const [path = ''] = link.split('#');
      return path !== '' && !existsSync(join(root, dirname(page), path));
    });
    expect(missing).toEqual([]);
  });

  test('every file and folder that is named is there', () => {
    const named = matchesOf(
      prose,
      /`((?:src|docs|test|scripts|bench|deploy|bin|\.ci|\.github)\/[\w./-]*)`/g,
    );
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('every VIGIE_ variable that is named is a setting', () => {
    const settings = new Set<string>(SETTINGS.map(({ name }) => name));
    const named = matchesOf(text, /VIGIE_[A-Z][A-Z_]*[A-Z]/g);
    expect(named.filter((name) => !settings.has(name.replace(/_FILE$/, '')))).toEqual([]);
  });
});

test('the guide to rules shows rules that the platform takes', () => {
  const examples = matchesOf(read('docs/guides/rules.md'), /^```json\n([\s\S]*?)^```/gm);
  expect(examples.length).toBeGreaterThan(8);
  for (const example of examples) expect(() => readRuleInput(JSON.parse(example))).not.toThrow();
});

test('the guide to rules as code shows files that can be applied', () => {
  const examples = matchesOf(read('docs/guides/rules-as-code.md'), /^```yaml\n([\s\S]*?)^```/gm);
  expect(examples.length).toBeGreaterThan(1);
  for (const text of examples) {
    const { items, problems } = readConfig([{ name: 'guide', text }], { HOOK_SECRET: 'secret' });
    expect(problems).toEqual([]);
    expect(items.length).toBeGreaterThan(0);
  }
});

test('the guide to operating names metrics and log lines that there are', () => {
  const code = filesBelow('src', '.ts').filter((path) => !path.endsWith('.test.ts'));
  const source = code.map(read).join('\n');
  const guide = read('docs/guides/operate.md');
  const metrics = matchesOf(guide, /`(vigie_\w+\w)/g);
  const [, table = ''] = guide.split('## What the log says');
  const [rows = ''] = table.split('\n## ');
  const messages = matchesOf(rows, /^\| ([^|]*`[^|]*) \|/gm).flatMap((cell) =>
    matchesOf(cell, /`([^`]+)`/g),
  );
  expect(metrics.length).toBeGreaterThan(5);
  expect(messages.length).toBeGreaterThan(20);
  expect([...metrics, ...messages].filter((text) => !source.includes(text))).toEqual([]);
});
