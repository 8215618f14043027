import type { ParsedHead } from './parse-head.ts';
import type { RequestHead, Sender } from './whole-call.ts';

// Tested by: front-door.test.ts

const ZERO = 0x30;
/** As in `parseHead`. */
const MOST_DIGITS = 8;

/** Senders repeat their head but for the length: one that was read is known again by its bytes. */
export class KnownHead {
  readonly head: RequestHead;
  readonly sender: Sender;
  readonly #before: Buffer;
  readonly #after: Buffer;
  /** Of the request that was matched last. */
  headBytes = 0;
  contentLength = 0;

  /** `text` is the head with the empty line that ends it. */
  constructor(text: string, parsed: ParsedHead, sender: Sender) {
    this.head = parsed.head;
    this.sender = sender;
    this.#before = Buffer.from(text.slice(0, parsed.lengthStart), 'latin1');
    this.#after = Buffer.from(text.slice(parsed.lengthEnd), 'latin1');
    this.headBytes = text.length;
    this.contentLength = parsed.contentLength;
  }

  /** Whether `bytes` begin with this head; sets `headBytes` and `contentLength` where they do. */
  matches(bytes: Buffer): boolean {
    const before = this.#before;
    const after = this.#after;
    if (bytes.length <= before.length + after.length) return false;
    if (bytes.compare(before, 0, before.length, 0, before.length) !== 0) return false;
    let length = 0;
    let at = before.length;
    while (at - before.length < MOST_DIGITS) {
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      length = length * 10 + digit;
      at++;
    }
    const end = at + after.length;
    if (at === before.length || end > bytes.length) return false;
    if (bytes.compare(after, 0, after.length, at, end) !== 0) return false;
    this.headBytes = end;
    this.contentLength = length;
    return true;
  }
}
