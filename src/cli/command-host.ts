import { type Config, loadConfig } from '#config/settings.ts';
import type { AppStarter } from './running-app.ts';

/** Where output goes; a test hands in its own. */
export interface Output {
  write(text: string): unknown;
}

/** The process as commands see it: nothing else of it is touched. */
export interface CommandHost {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Results, for people or for pipes. */
  out: Output;
  /** Progress and errors. */
  err: Output;
  /** `err` is a terminal: progress may redraw its line. */
  isTerminal: boolean;
  /** Asks the person at the terminal; undefined where nobody sits there. */
  ask: ((question: string) => Promise<string>) | undefined;
  /** Aborted by the first SIGINT or SIGTERM. */
  signal: AbortSignal;
  startApp: AppStarter;
}

/** The settings with what options of the command line say on top; undefined options change nothing. */
export function hostConfig(
  host: CommandHost,
  overrides: Readonly<Record<string, string | undefined>> = {},
): Config {
  return loadConfig({ env: host.env, cwd: host.cwd, overrides });
}

export function printLine(output: Output, text = ''): void {
  output.write(`${text}\n`);
}
