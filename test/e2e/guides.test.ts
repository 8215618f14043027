import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readGuide, runGuide } from '../support/guide.ts';
import { spawnPlatform, temporaryFolder } from '../support/spawn-platform.ts';

const folder = fileURLToPath(new URL('../../docs/guides', import.meta.url));
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
const guides = pages.filter((name) => !name.endsWith('.fr.md'));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe.each(guides)('%s', (name) => {
  const guide = readGuide(read(name));
  const runnable = guide.blocks.filter(({ reason }) => reason === undefined);

  test('has commands that a test runs, or says why not', () => {
    for (const { line, reason } of guide.blocks) {
      if (reason !== undefined) console.info(`${name}:${line} is not run: ${reason}`);
    }
    if (guide.noCommands !== undefined)
      console.info(`${name} has none to run: ${guide.noCommands}`);
    expect(runnable.length > 0).toBe(guide.noCommands === undefined);
  });

  test.skipIf(runnable.length === 0)('every command in it works, in their order', async () => {
    const { path, remove } = temporaryFolder('guide');
    const platform = await spawnPlatform(join(path, 'data'), {
      VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
      VIGIE_SMTP_URL: 'smtp://127.0.0.1:9',
    });
    onTestFinished(async () => {
      await platform.stop();
      remove();
    });
    const printed = await runGuide(guide, { platform, folder: path });
    expect(printed).toContain(`## line ${runnable.at(-1)!.line}`);
  });
});

test('a guide in French has the commands and files of the English one', () => {
  const translated = pages.filter((name) => name.endsWith('.fr.md'));
  for (const name of translated) {
    const [french, english] = [name, name.replace(/\.fr\.md$/, '.md')].map((one) =>
      readGuide(read(one)),
    );
    const commands = (guide: typeof french) =>
      guide!.blocks.map(({ text }) => text.replace(/ *#.*$/gm, ''));
    expect([name, ...commands(french)]).toEqual([name, ...commands(english)]);
    expect(french!.files).toEqual(english!.files);
  }
});

test('the list of guides names every one, in both languages', () => {
  const [english = '', french = ''] = read('README.md').split('\n# ').slice(-2);
  for (const name of guides) {
    expect(english).toContain(`](${name})`);
    const translated = name.replace(/\.md$/, '.fr.md');
    expect(french).toContain(`](${pages.includes(translated) ? translated : name})`);
  }
});

describe('a guide that is read', () => {
  const text = `<!-- file: a.yml -->
\`\`\`yaml
a: 1
\`\`\`

<!-- not run: it wants root -->
\`\`\`sh
apt-get install x
\`\`\`

\`\`\`sh
echo one
\`\`\`
`;

  test('gives its commands with their lines, its files, and what is not run', () => {
    expect(readGuide(text)).toEqual({
      blocks: [
        { line: 8, text: 'apt-get install x\n', reason: 'it wants root' },
        { line: 12, text: 'echo one\n', reason: undefined },
      ],
      files: [{ name: 'a.yml', text: 'a: 1\n' }],
      noCommands: undefined,
    });
  });

  test('fails at the line of a command that fails, or of an answer that is an error', async () => {
    const { path, remove } = temporaryFolder('guide');
    const platform = await spawnPlatform(join(path, 'data'));
    onTestFinished(async () => {
      await platform.stop();
      remove();
    });
    const broken = `${text}
\`\`\`sh
cat a.yml
curl "$VIGIE_URL/v1/rules/none" -H "Authorization: Bearer $VIGIE_KEY"
\`\`\`
`;
    await expect(runGuide(readGuide(broken), { platform, folder: path })).rejects.toThrow(
      /at line 16 ended with 22:[\s\S]*one[\s\S]*a: 1[\s\S]*not_found/,
    );
  });
});
