const FIRST_BYTES = 64 * 1024;
/** A larger buffer is given back after its request. */
const KEPT_BYTES = 2 * 1024 * 1024;
/** Room after the content, so that a scanner may look ahead by words without asking for the end. */
const SLACK_BYTES = 1024;

/**
 * The bytes of one request, copied to a buffer that stays: its views are made once, and behind the content
 * stand bytes that end every search. A scanner needs to compare with `end` only when it has finished.
 */
export class ScanInput {
  bytes: Buffer<ArrayBuffer>;
  view: DataView;
  /** Length of the content. */
  end = 0;

  constructor() {
    this.bytes = Buffer.from(new ArrayBuffer(FIRST_BYTES));
    this.view = new DataView(this.bytes.buffer);
  }

  /** `terminator` follows the content; it holds each byte that the scanner searches for. */
  load(content: Uint8Array, terminator: Uint8Array): void {
    const needed = content.length + SLACK_BYTES;
    const tooLarge = this.bytes.length > KEPT_BYTES && needed <= KEPT_BYTES;
    if (needed > this.bytes.length || tooLarge) {
      const size = Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(needed)));
      this.bytes = Buffer.from(new ArrayBuffer(size));
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(content, 0);
    this.bytes.set(terminator, content.length);
    this.end = content.length;
  }

  latin1(start: number, end: number): string {
    return this.bytes.toString('latin1', start, end);
  }

  /** Strictly decoded; undefined where the bytes are not UTF-8. */
  text(start: number, end: number): string | undefined {
    for (let at = start; at < end; at++) {
      if (this.bytes[at]! >= 0x80) return decodeOrUndefined(this.bytes.subarray(start, end));
    }
    return this.latin1(start, end);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeOrUndefined(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Past JSON's white space (RFC 8259 section 2). */
export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}
