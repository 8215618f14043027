import type { Fields } from '../../as-code/kinds.ts';
import type { ConfigDraft } from './config-draft.ts';
import { EnvReference } from './config-draft.ts';
import type { ImportReport, Origin } from './import-report.ts';
import { type Members, textOf } from './source-document.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

/** Where a setting of a channel comes from. */
interface SettingSource {
  /** Names in the foreign settings; the first that is there counts. */
  from: readonly string[];
  secret?: true;
  optional?: true;
  /** A list of addresses, a whole number, or (the default) a text. */
  as?: 'addresses' | 'integer';
  /** A value that says as much as none, such as the address that the channel has by itself. */
  unless?: RegExp;
}

/** How a foreign integration becomes a contact. */
export interface ContactMap {
  channel: string;
  settings: Readonly<Record<string, SettingSource>>;
  /** Members that are made from others, for `settings` to take. */
  derive?(config: Members): Members;
  /** Why these settings make no contact. */
  refuse?(config: Members): string | undefined;
  /** What of these settings has no place. */
  changes?(config: Members): string[];
  notes?(config: Members): string[];
}

interface ContactWish {
  id: string;
  name: string;
  origin: Origin;
  extra?: Fields;
}

/** Makes a contact; answers its id, or undefined where it was left out, which the report says. */
export function draftContact(
  map: ContactMap,
  given: Members,
  {
    draft,
    report,
    wish,
  }: {
    draft: ConfigDraft;
    report: ImportReport;
    wish: ContactWish;
  },
): string | undefined {
  const { origin } = wish;
  const config = { ...given, ...map.derive?.(given) };
  const refusal = map.refuse?.(config) ?? missingSetting(map, config);
  if (refusal !== undefined) {
    report.leftOut(origin, refusal);
    return undefined;
  }
  for (const change of map.changes?.(config) ?? []) report.changed(origin, change);
  for (const note of map.notes?.(config) ?? []) report.note(origin, note);
  const id = draft.freeId('contact', wish.id);
  const settings: Fields = {};
  for (const [name, source] of Object.entries(map.settings)) {
    const found = foundSetting(source, config);
    if (found === undefined || source.unless?.test(found.text)) continue;
    settings[name] = source.secret
      ? secretSetting(`CONTACT_${id}_${name}`, { found, draft, report, origin })
      : plainSetting(source, found.text);
  }
  return draft.add('contact', id, {
    name: wish.name.slice(0, 200),
    channel: map.channel,
    settings,
    ...wish.extra,
  });
}

interface FoundSetting {
  field: string;
  text: string;
}

function foundSetting(source: SettingSource, config: Members): FoundSetting | undefined {
  for (const field of source.from) {
    const text = textOf(config[field]);
    if (text !== undefined) return { field, text: text.trim() };
  }
  return undefined;
}

function missingSetting({ settings }: ContactMap, config: Members): string | undefined {
  const missing = Object.values(settings).find(
    (source) => source.optional === undefined && foundSetting(source, config) === undefined,
  );
  return missing && `it has no ${missing.from[0]}`;
}

function plainSetting(source: SettingSource, text: string): unknown {
  const reference = referenceIn(text);
  if (reference !== undefined) return new EnvReference(reference);
  if (source.as === 'integer') return Number(text);
  if (source.as !== 'addresses') return text;
  const addresses = text
    .split(/[,;\n]/)
    .map((one) => (/<([^>]+)>/.exec(one)?.[1] ?? one).trim())
    .filter((one) => one !== '');
  return addresses.length === 1 ? addresses[0] : addresses;
}

/** What programs write in the place of a secret that they do not show. */
const HIDDEN = /^(?:<secret>|\[REDACTED\]|\*{3,})$/i;

function secretSetting(
  name: string,
  work: { found: FoundSetting; draft: ConfigDraft; report: ImportReport; origin: Origin },
): EnvReference {
  const { found, draft, report, origin } = work;
  const reference = referenceIn(found.text);
  if (reference !== undefined) return new EnvReference(reference);
  const isFile = found.field.endsWith('_file');
  const isKnown = !isFile && !HIDDEN.test(found.text);
  const secret = draft.secret(name, isKnown ? found.text : undefined);
  const where = isFile ? `its value is in ${found.text}` : `its value is at ${found.field}`;
  report.note(
    origin,
    `set ${secret.variable}: ${isKnown || isFile ? where : 'the file does not show it'}`,
  );
  return secret;
}

/** The variable of a text that is nothing but a reference, in the ways of Grafana, the shell and Vigie. */
function referenceIn(text: string): string | undefined {
  const match = /^(?:\$\{(?:env:)?(\w+)\}|\$__env\{(\w+)\}|\$([A-Za-z_]\w*))$/.exec(text);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}
