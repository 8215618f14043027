import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CommandError, usageError } from '../command-error.ts';
import type { ConfigFile } from './read-config.ts';

// Tested by: cli/as-code/as-code.test.ts

const ENDINGS = /\.(?:ya?ml|json)$/i;
/** Far more than people write; a wrong path must not fill the memory. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The file, or every .yaml, .yml and .json below the folder in the order of their names; hidden ones are left out. */
export function loadConfigFiles(cwd: string, path: string): ConfigFile[] {
  const whole = resolve(cwd, path);
  const isFolder = statSync(whole).isDirectory();
  const paths = isFolder ? filesBelow(whole) : [whole];
  if (paths.length === 0) throw usageError(`${path} holds no .yaml, .yml or .json`);
  let bytes = 0;
  return paths.map((file) => {
    bytes += statSync(file).size;
    if (bytes > MAX_BYTES) {
      const message = `${path} holds more than ${MAX_BYTES / 1024 / 1024} MB`;
      throw new CommandError({ code: 'config_too_large', message });
    }
    const name = isFolder ? join(path, relative(whole, file)) : path;
    return { name, text: readFileSync(file, 'utf8') };
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => ENDINGS.test(name) && !name.split(/[\\/]/).some((part) => part.startsWith('.')),
    )
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
