/**
 * What all connections together may hold in memory before it is stored: messages without their
 * acknowledgement, and large packets that are still coming in. Connections that find no room wait in line
 * and read nothing meanwhile.
 */
export class HeldBudget {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #waiting = new Set<() => void>();
  #messages = 0;
  #bytes = 0;
  #isWakePlanned = false;

  constructor(limits: { maxMessages: number; maxBytes: number }) {
    this.#maxMessages = limits.maxMessages;
    this.#maxBytes = limits.maxBytes;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether so much more fits; what is larger than the whole budget fits when nothing else is held. */
  hasRoomFor(bytes: number): boolean {
    if (this.#bytes === 0) return true;
    return this.#messages < this.#maxMessages && this.#bytes + bytes <= this.#maxBytes;
  }

  take(messages: number, bytes: number): void {
    this.#messages += messages;
    this.#bytes += bytes;
  }

  giveBack(messages: number, bytes: number): void {
    this.#messages -= messages;
    this.#bytes -= bytes;
    if (this.#waiting.size === 0 || this.#isWakePlanned) return;
    this.#isWakePlanned = true;
    setImmediate(() => this.#wake());
  }

  /** Calls `resume` once when there may be room again. */
  wait(resume: () => void): void {
    this.#waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume);
  }

  #wake(): void {
    this.#isWakePlanned = false;
    for (const resume of [...this.#waiting]) {
      if (!this.hasRoomFor(0)) return;
      this.#waiting.delete(resume);
      resume();
    }
  }
}
