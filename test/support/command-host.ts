import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppStarter } from '#cli/running-app.ts';

/** A process for tests of commands: gathers what they print. */
export interface TestHost {
  readonly cwd: string;
  readonly out: string;
  readonly err: string;
  /** Runs a command line; answers its exit code. Arguments may come in several lists. */
  run(...args: readonly string[][]): Promise<number>;
  /** As Ctrl-C does. */
  stop(): void;
}

export function makeHost(
  env: Record<string, string> = {},
  startApp: AppStarter = () => Promise.reject(new Error('no platform in this test')),
  ask?: (question: string) => Promise<string>,
): TestHost {
  const controller = new AbortController();
  const cwd = mkdtempSync(join(tmpdir(), 'vigie-cli-'));
  const texts = { out: '', err: '' };
  return {
    cwd,
    get out() {
      return texts.out;
    },
    get err() {
      return texts.err;
    },
    async run(...args) {
      texts.out = '';
      texts.err = '';
      const { runCommandLine } = await import('#cli/program.ts');
      return runCommandLine(args.flat(), {
        env,
        cwd,
        out: { write: (text) => (texts.out += text) },
        err: { write: (text) => (texts.err += text) },
        isTerminal: false,
        ask,
        signal: controller.signal,
        startApp,
      });
    },
    stop: () => controller.abort(),
  };
}
