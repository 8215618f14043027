import type { IncomingMessage } from 'node:http';
import { VigieError } from '#domain/errors.ts';

// Tested by: test/e2e/bad-input.test.ts

/** Bytes of request bodies that may be in memory at once, over all connections. */
export class BodyBudget {
  readonly #maxBytes: number;
  #taken = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Throws `overloaded` where there is no room; one request, which may hold some already, always fits. */
  take(bytes: number, held = 0): void {
    if (this.#taken > held && this.#taken + bytes > this.#maxBytes) {
      throw new VigieError('overloaded', 'Too many requests are being received at once.', {
        retryAfterSeconds: 1,
      });
    }
    this.#taken += bytes;
  }

  giveBack(bytes: number): void {
    this.#taken -= bytes;
  }
}

const POOLED_SMALLEST = 1 << 16;
const POOLED_LARGEST = 1 << 20;
const POOLED_MOST = 16;

/** Memory for middling bodies, used again: a gigabyte of it would otherwise come and go within seconds. */
class BodyPool {
  readonly #free: Buffer[] = [];

  /** undefined for sizes that are not worth it. */
  take(bytes: number): Buffer | undefined {
    if (bytes < POOLED_SMALLEST || bytes > POOLED_LARGEST) return undefined;
    const at = this.#free.findIndex((buffer) => buffer.length >= bytes);
    if (at >= 0) return this.#free.splice(at, 1)[0];
    return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
  }

  give(buffer: Buffer): void {
    if (this.#free.length >= POOLED_MOST) this.#free.shift();
    this.#free.push(buffer);
  }
}

const pool = new BodyPool();

/** What one request has of the budget; grows where it turns out larger than it said, or said nothing. */
export class BodyShare {
  readonly #budget: BodyBudget;
  #bytes = 0;
  #memory: Buffer | undefined;

  constructor(budget: BodyBudget, bytes: number) {
    this.#budget = budget;
    this.reach(bytes);
  }

  /** Throws `overloaded` where there is no room for so much in all. */
  reach(bytes: number): void {
    if (bytes <= this.#bytes) return;
    this.#budget.take(bytes - this.#bytes, this.#bytes);
    this.#bytes = bytes;
  }

  /** Memory for the whole body, until `giveBack`; undefined where it is better gathered in pieces. */
  memory(bytes: number): Buffer | undefined {
    this.#memory ??= pool.take(bytes);
    return this.#memory;
  }

  giveBack(): void {
    this.#budget.giveBack(this.#bytes);
    this.#bytes = 0;
    if (this.#memory) pool.give(this.#memory);
    this.#memory = undefined;
  }
}

/**
 * The whole body, at most `maxBytes`; its memory may be the share's and is good until that is given back. Rejects with
 * `body_too_large` once more has come, with `invalid_request` where the sender goes away, or with what `share` throws
 * as the body grows. Slow senders are the HTTP server's to end.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  share: BodyShare,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Who went away before, as while a key was looked up, is told of by no event any more.
    if (request.destroyed) return reject(brokenOff());
    const declared = Number(request.headers['content-length'] ?? 0);
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let whole: Buffer | undefined;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      const refusal = length > maxBytes ? tooLarge(maxBytes) : noRoom(share, length);
      if (refusal) {
        request.removeAllListeners('data');
        reject(refusal);
      } else if (whole) chunk.copy(whole, length - chunk.length);
      else if (first === undefined) {
        if (chunk.length < declared) whole = share.memory(declared);
        if (whole) chunk.copy(whole);
        else first = chunk;
      } else {
        chunks ??= [first];
        chunks.push(chunk);
      }
    });
    request.on('end', () => {
      if (whole) resolve(whole.subarray(0, length));
      else
        resolve(chunks === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(chunks, length));
    });
    request.on('error', () => reject(brokenOff()));
    request.on('close', () => reject(brokenOff()));
  });
}

function noRoom(share: BodyShare, bytes: number): unknown {
  try {
    share.reach(bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}

export function tooLarge(maxBytes: number): VigieError {
  return new VigieError('body_too_large', `A body has at most ${maxBytes} bytes.`);
}

function brokenOff(): VigieError {
  return new VigieError('invalid_request', 'The sender broke off before the body was complete.');
}
