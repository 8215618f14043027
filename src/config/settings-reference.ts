import { SETTING_GROUPS, SETTINGS, type Setting } from './settings-schema.ts';

function defaultText(setting: Setting): string {
  if (setting.default !== undefined) return `\`${setting.default}\``;
  return setting.whenUnset ?? '';
}

/** The reference of all settings as Markdown; `docs/settings.md` is made of it. */
export function settingsReference(): string {
  const lines = [
    '# Settings',
    '',
    'Generated from `src/config/settings-schema.ts` by `npm run generate`; do not edit.',
    '',
    'Settings come from the options of `vigie serve`, from the environment and from a file `.env` in the',
    'folder of the start; the first of them that names a setting wins. An empty value counts as unset.',
    'Any setting can be given as `NAME_FILE`, the path of a file that holds the value (for secrets).',
    'The process refuses to start, and lists every problem at once, when a value is not valid or a',
    '`VIGIE_` variable is unknown.',
    '',
    'A duration is written `90s`, `10m`, `1h30m` or `400d`; a size `500kB`, `16MiB` or as plain bytes;',
    'yes/no `true` or `false`.',
  ];
  for (const group of SETTING_GROUPS) {
    lines.push('', `## ${group}`, '');
    if (group === 'Not in this version yet') {
      lines.push('Known names; the process refuses to start while one of them is set.', '');
    }
    lines.push('| setting | type | default | meaning |', '|---|---|---|---|');
    for (const setting of SETTINGS.filter((one) => one.group === group)) {
      const cells = [
        `\`${setting.name}\``,
        setting.kind,
        defaultText(setting),
        setting.description,
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
