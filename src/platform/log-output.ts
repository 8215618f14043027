import { write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

// Tested by: test/e2e/process-log.test.ts

/** What waits while nothing can be written; lines beyond are dropped, and how many is said once there is room. */
const MOST_WAITING_BYTES = 1024 * 1024;
const RETRY_MS = 1000;
/** EAGAIN: whoever reads the pipe is slow. */
const BUSY_MS = 50;

/**
 * Writes the lines of a log, those of one turn of the event loop at once, and never holds anybody up. Whatever is wrong
 * with the other end (a full disk, a pipe that nobody reads), the process goes on: lines wait, up to a bound, and are
 * tried again. pino's own destination ends the process there, and then waits for the disk before it is gone.
 */
export class LogOutput implements DestinationStream {
  readonly #fd: number;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #isSending = false;
  #dropped = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > MOST_WAITING_BYTES) {
      this.#dropped++;
      return;
    }
    this.#keep(bytes);
    if (this.#isSending) return;
    this.#isSending = true;
    setImmediate(() => this.#send());
  }

  /** By the name that pino's loggers call. */
  flush(): void {
    this.flushSync();
  }

  /** Writes what waits, as far as it can be written now; called by pino after each line of level fatal. */
  flushSync(): void {
    try {
      for (let bytes = this.#take(); bytes.length > 0; )
        bytes = bytes.subarray(writeSync(this.#fd, bytes));
    } catch {
      // There is nowhere to say it.
    }
  }

  #send(): void {
    const bytes = this.#take();
    if (bytes.length === 0) {
      this.#isSending = false;
      return;
    }
    write(this.#fd, bytes, (error, written) => {
      const rest = bytes.subarray(error ? 0 : written);
      if (rest.length > 0) this.#keep(rest, 'first');
      if (error === null) {
        this.#tellDropped();
        this.#send();
      } else setTimeout(() => this.#send(), error.code === 'EAGAIN' ? BUSY_MS : RETRY_MS).unref();
    });
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const line = {
      level: 40,
      time: new Date().toISOString(),
      dropped: this.#dropped,
      msg: 'lines of the log were dropped: they could not be written',
    };
    this.#dropped = 0;
    this.#keep(Buffer.from(`${JSON.stringify(line)}\n`));
  }

  #keep(bytes: Buffer, where: 'first' | 'last' = 'last'): void {
    if (where === 'first') this.#waiting.unshift(bytes);
    else this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  #take(): Buffer {
    const bytes = Buffer.concat(this.#waiting, this.#bytes);
    this.#waiting = [];
    this.#bytes = 0;
    return bytes;
  }
}
