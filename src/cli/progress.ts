import { Presets, SingleBar } from 'cli-progress';
import type { CommandHost, Output } from './command-host.ts';

// Tested by: cli/program.test.ts

export interface Progress {
  /** How far it has come, in units of `total`; `note` is shown at the end of the line. */
  update(done: number, note?: string): void;
  /** Prints a line without tearing the bar. */
  line(text: string): void;
  stop(): void;
}

export interface ProgressOptions {
  label: string;
  /** 0 where it is not known: then a counter is shown instead of a bar. */
  total: number;
  /** Where `line` prints; `err` unless given. */
  lines?: Output;
  /** How `done` is shown. */
  format?: (done: number) => string;
}

/** How often a plain line is printed where the output is no terminal. */
const PLAIN_EVERY_MS = 5000;

/** A bar on a terminal; elsewhere a plain line every five seconds, so that logs stay readable. */
export function createProgress(host: CommandHost, options: ProgressOptions): Progress {
  return host.isTerminal && options.total > 0
    ? createBar(host, options)
    : createPlain(host, options);
}

function createBar(host: CommandHost, options: ProgressOptions): Progress {
  const { format = String, lines = host.err } = options;
  const bar = new SingleBar(
    {
      format: `${options.label} {bar} {percentage}% · {shown} · {note}`,
      hideCursor: true,
      clearOnComplete: false,
      barsize: 24,
      fps: 10,
      linewrap: false,
      gracefulExit: false,
      stream: host.err as NodeJS.WritableStream,
    },
    Presets.shades_classic,
  );
  bar.start(options.total, 0, { shown: format(0), note: '' });
  return {
    update(done, note = '') {
      bar.update(Math.min(done, options.total), { shown: format(done), note });
    },
    line(text) {
      // Clear the bar's line; it is drawn anew below the text.
      host.err.write('\r\x1b[K');
      lines.write(`${text}\n`);
      bar.render();
    },
    stop: () => bar.stop(),
  };
}

function createPlain(host: CommandHost, options: ProgressOptions): Progress {
  const { format = String, lines = host.err } = options;
  let printedAt = Date.now();
  return {
    update(done, note = '') {
      const now = Date.now();
      if (now - printedAt < PLAIN_EVERY_MS) return;
      printedAt = now;
      const share = options.total > 0 ? ` ${Math.floor((done / options.total) * 100)}%` : '';
      const rest = note === '' ? '' : ` · ${note}`;
      host.err.write(`${options.label}${share} · ${format(done)}${rest}\n`);
    },
    line(text) {
      lines.write(`${text}\n`);
    },
    stop() {},
  };
}

/** `12,345` for people. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** `1.5 MB`, decimal units. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
