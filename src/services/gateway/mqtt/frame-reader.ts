const EMPTY = Buffer.alloc(0);
const PUBLISH = 3;
const SHORTEST_FRAME = 2;
/** Fixed header: one byte of type and flags, at most four of length (MQTT 3.1.1 section 2.2). */
const LONGEST_HEADER = 5;
/** What is kept of a PUBLISH that is too long: its topic, and as much payload as a dead letter holds. */
const KEPT_OF_OVERSIZED = 2 * 64 * 1024;

/** The peer broke the protocol: the connection is to be closed [MQTT-4.8.0-1]. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/**
 * Cuts the bytes of a connection into control packets. `push` takes what the network brought, `next` goes
 * to the next whole packet and says whether there is one; the fields then describe it until the next call.
 *
 * Memory: an incomplete packet takes `incompleteBytes` at most. A PUBLISH above `maxBytes` is read to its end
 * but only its head is kept, so that it can still be refused by name; any other packet of that size is a
 * violation.
 */
export class FrameReader {
  /** Packet type and flags. */
  header = 0;
  /** The body lies in `bytes` from `start` to `end`; the whole packet starts at `frameStart`. */
  bytes: Buffer = EMPTY;
  frameStart = 0;
  start = 0;
  end = 0;
  /** Length of the body as it was sent: more than `end - start` where only the head was kept. */
  bodyBytes = 0;
  maxBytes: number;
  #chunk: Buffer = EMPTY;
  #at = 0;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #neededBytes = 0;
  #head: Buffer | undefined;
  #skipBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get type(): number {
    return this.header >> 4;
  }

  /** Size in memory of the packet that is coming in; 0 between packets. */
  get incompleteBytes(): number {
    if (this.#head !== undefined) return this.#head.length;
    return this.#parts.length === 0 ? 0 : this.#neededBytes;
  }

  push(chunk: Buffer): void {
    if (this.#parts.length > 0) {
      this.#parts.push(chunk);
      this.#partBytes += chunk.length;
      if (this.#partBytes < this.#neededBytes) return;
      this.#chunk = Buffer.concat(this.#parts, this.#partBytes);
      this.#parts = [];
      this.#partBytes = 0;
    } else if (this.#at < this.#chunk.length) {
      this.#chunk = Buffer.concat([this.#chunk.subarray(this.#at), chunk]);
    } else {
      this.#chunk = chunk;
    }
    this.#at = 0;
  }

  /** Throws `ProtocolViolation` where what comes is no packet, or too long. */
  next(): boolean {
    if (this.#head !== undefined) return this.#skipOn();
    const bytes = this.#chunk;
    const at = this.#at;
    const available = bytes.length - at;
    if (available < SHORTEST_FRAME) return this.#waitFor(SHORTEST_FRAME);
    let length = bytes[at + 1]!;
    let headerBytes = SHORTEST_FRAME;
    if (length >= 0x80) {
      length &= 0x7f;
      for (let factor = 0x80; ; factor *= 0x80) {
        if (headerBytes === LONGEST_HEADER) throw new ProtocolViolation('malformed length');
        if (headerBytes === available) return this.#waitFor(headerBytes + 1);
        const byte = bytes[at + headerBytes++]!;
        length += (byte & 0x7f) * factor;
        if (byte < 0x80) break;
      }
    }
    const total = headerBytes + length;
    if (total > this.maxBytes) return this.#oversized(headerBytes, length);
    if (available < total) return this.#waitFor(total);
    this.#at = at + total;
    this.#present(bytes, at, { headerBytes, length });
    return true;
  }

  #oversized(headerBytes: number, length: number): boolean {
    const bytes = this.#chunk;
    const at = this.#at;
    const total = headerBytes + length;
    if (bytes[at]! >> 4 !== PUBLISH) throw new ProtocolViolation(`a packet of ${total} bytes`);
    const kept = Math.min(total, KEPT_OF_OVERSIZED);
    if (bytes.length - at < kept) return this.#waitFor(kept);
    this.#head = Buffer.from(bytes.subarray(at, at + kept));
    this.#present(this.#head, 0, { headerBytes, length });
    this.#skipBytes = total - kept;
    this.#at = at + kept;
    return this.#skipOn();
  }

  #skipOn(): boolean {
    const skipped = Math.min(this.#skipBytes, this.#chunk.length - this.#at);
    this.#at += skipped;
    this.#skipBytes -= skipped;
    if (this.#skipBytes > 0) return false;
    this.#head = undefined;
    return true;
  }

  #present(bytes: Buffer, at: number, about: { headerBytes: number; length: number }): void {
    this.header = bytes[at]!;
    this.bytes = bytes;
    this.frameStart = at;
    this.start = at + about.headerBytes;
    this.end = Math.min(bytes.length, this.start + about.length);
    this.bodyBytes = about.length;
  }

  #waitFor(neededBytes: number): false {
    if (this.#at < this.#chunk.length) {
      const rest = this.#chunk.subarray(this.#at);
      this.#parts.push(rest);
      this.#partBytes = rest.length;
      this.#neededBytes = neededBytes;
    }
    this.#chunk = EMPTY;
    this.#at = 0;
    return false;
  }
}
