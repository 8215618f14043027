import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { nearestName } from './nearest-name.ts';
import { SETTINGS, type SettingName } from './settings-schema.ts';

// Tested by: settings.test.ts

export interface ConfigProblem {
  setting: string;
  problem: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  env: Environment;
  /** Where `.env` is looked for, and what a relative data folder is relative to. */
  cwd: string;
  /** Settings of the command line; they win over the environment. */
  overrides?: Environment;
}

/** The text of every setting given, after files are read; unknown names become problems. */
export function gatherTexts(
  sources: ConfigSources,
  problems: ConfigProblem[],
): Map<SettingName, string> {
  const known = new Set<string>(SETTINGS.map((setting) => setting.name));
  const layers = [readDotEnv(sources.cwd, problems), sources.env, sources.overrides ?? {}];
  const given = new Map<string, string>();
  for (const layer of layers) {
    const names = Object.keys(layer).filter((name) => name.startsWith('VIGIE_') && layer[name]);
    // A layer that sets X or X_FILE replaces both forms of the layers below.
    for (const name of names) {
      given.delete(name);
      given.delete(name.endsWith('_FILE') ? name.slice(0, -5) : `${name}_FILE`);
    }
    for (const name of names) given.set(name, layer[name] ?? '');
  }
  const texts = new Map<SettingName, string>();
  for (const [name, value] of given) {
    const base = name.endsWith('_FILE') ? name.slice(0, -5) : undefined;
    if (known.has(name)) {
      if (!given.has(`${name}_FILE`)) texts.set(name as SettingName, value);
    } else if (base !== undefined && known.has(base)) {
      if (given.has(base)) {
        problems.push({ setting: base, problem: `set by ${base} and by ${name}; keep one` });
        continue;
      }
      const content = readSecret({ name, path: resolve(sources.cwd, value) }, problems);
      if (content !== undefined) texts.set(base as SettingName, content);
    } else if (!isServiceLink(name, value)) {
      const hint = nearestName(name, [...known]);
      const problem = `no such setting${hint === undefined ? '' : `; did you mean ${hint}?`}`;
      problems.push({ setting: name, problem });
    }
  }
  return texts;
}

/** Kubernetes puts such variables in every pod beside a service called vigie or vigie-…. */
function isServiceLink(name: string, value: string): boolean {
  return /_SERVICE_(?:HOST|PORT)(?:_|$)/.test(name) ||
    /_(?:TCP|UDP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name)
    ? true
    : name.endsWith('_PORT') && /^(?:tcp|udp):\/\//.test(value);
}

function readDotEnv(cwd: string, problems: ConfigProblem[]): Environment {
  try {
    return parseEnv(readFileSync(resolve(cwd, '.env'), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') problems.push({ setting: '.env', problem: `cannot be read (${code})` });
    return {};
  }
}

function readSecret(file: { name: string; path: string }, problems: ConfigProblem[]) {
  const note = (problem: string) => problems.push({ setting: file.name, problem });
  try {
    const content = readFileSync(file.path, 'utf8').replace(/\r?\n$/, '');
    if (content !== '') return content;
    note(`the file ${file.path} is empty`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    note(`the file ${file.path} cannot be read (${code})`);
  }
  return undefined;
}
