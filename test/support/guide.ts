import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADMIN_KEY, type SpawnedPlatform } from './spawn-platform.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/vigie.js', import.meta.url));

/** A shell block of a guide. */
interface GuideBlock {
  /** Of its first line in the guide, from 1 on. */
  line: number;
  text: string;
  /** Why it is not run, as the guide says in a comment before it; undefined where it is. */
  reason: string | undefined;
}

export interface Guide {
  blocks: GuideBlock[];
  /** Files that the guide shows, by the name in the comment before each. */
  files: { name: string; text: string }[];
  /** Why there is nothing to run, as a comment says. */
  noCommands: string | undefined;
}

const FENCE = /(?:^<!-- (file|not run): ([^\n]*?) -->\n\n?)?^```(\w*)\n([\s\S]*?)^```$/gm;

/**
 * The shell blocks and files of a guide. `<!-- file: name -->` before a block is a file of that name,
 * `<!-- not run: reason -->` a block that no test can run, `<!-- no commands: reason -->` a guide without any.
 */
export function readGuide(text: string): Guide {
  const guide: Guide = {
    blocks: [],
    files: [],
    noCommands: /^<!-- no commands: (.*) -->$/m.exec(text)?.[1],
  };
  for (const match of text.matchAll(FENCE)) {
    const [whole, comment, said = '', kind = '', body = ''] = match;
    if (comment === 'file') guide.files.push({ name: said, text: body });
    else if (kind === 'sh') {
      const before = text.slice(0, match.index + whole.indexOf('```')).split('\n').length;
      guide.blocks.push({
        line: before + 1,
        text: body,
        reason: comment === 'not run' ? said : undefined,
      });
    }
  }
  return guide;
}

/**
 * Runs the blocks in one shell in their order, as a reader would who pastes them; a command that fails, and an answer of HTTP
 * that is an error, end it. Answers what was printed; rejects with the guide's line where it ended.
 */
export async function runGuide(
  guide: Guide,
  { platform, folder }: { platform: SpawnedPlatform; folder: string },
): Promise<string> {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'vigie'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(join(bin, 'vigie'), 0o755);
  writeFileSync(join(folder, '.curlrc'), 'fail-with-body\nsilent\nshow-error\n');
  for (const { name, text } of guide.files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const script = guide.blocks
    .filter(({ reason }) => reason === undefined)
    .map(({ line, text }) => `echo "## line ${line}"\n${text}`)
    .join('\n');
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder,
    CURL_HOME: folder,
    VIGIE_URL: platform.url,
    VIGIE_KEY: ADMIN_KEY,
    VIGIE_MQTT_PORT: String(platform.mqttPort),
  };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const shell = execFile(
    'bash',
    ['-euo', 'pipefail'],
    { cwd: folder, env, timeout: 120_000, maxBuffer: 32 * 1024 * 1024 },
    (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const line = [...stdout.matchAll(/^## line (\d+)$/gm)].at(-1)?.[1];
      reject(
        new Error(`the block at line ${line} ended with ${error.code}:\n${stdout}\n${stderr}`),
      );
    },
  );
  shell.stdin?.end(script);
  return promise;
}
