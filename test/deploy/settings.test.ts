import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '#config/settings-schema.ts';
import { root } from '../support/tools.ts';

// Everything that deploys the platform, whatever its language: the names of settings look the same in all.

const known = new Set<string>(SETTINGS.map(({ name }) => name));

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/secrets'))
    .map((entry) => join(entry.parentPath, entry.name));
}

test('every environment variable of the manifests is a setting that exists', () => {
  const named = ['deploy', '.github']
    .flatMap(filesBelow)
    .flatMap((file) => readFileSync(file, 'utf8').match(/\bVIGIE_[A-Z0-9_]+/g) ?? []);
  expect(named.length).toBeGreaterThan(20);
  const unknown = named.filter(
    (name) => !known.has(name) && !known.has(name.replace(/_FILE$/, '')),
  );
  expect([...new Set(unknown)]).toEqual([]);
});
