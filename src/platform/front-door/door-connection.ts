import type { Socket } from 'node:net';
import { answerText, problemText } from './answer-text.ts';
import type { DoorContext } from './front-door.ts';
import { KnownHead } from './known-head.ts';
import { parseHead } from './parse-head.ts';
import type { Admission, Answer } from './whole-call.ts';

// Tested by: front-door.test.ts

const NOTHING = Buffer.alloc(0);
const METHOD = 'POST ';
/** Longer heads and bodies are the full server's, which knows its own bounds. */
const MAX_HEAD_BYTES = 8 * 1024;
const MAX_BODY_BYTES = 64 * 1024;
const HEAD_END = '\r\n\r\n';
const LF = 0x0a;
const CR = 0x0d;

/**
 * One connection at the front door.
 *
 * State machine: `head → (admitting → body →) answering → head`, and from everywhere to `gone`: closed, or handed
 * with all its unread bytes to the full server, for good. That is where every request goes that is not plain, is
 * refused before its body has come, or begins while the door is being closed.
 *
 * One request is under way at a time; while it is, at most what one read of the socket brings is kept of the next.
 */
export class DoorConnection {
  readonly #socket: Socket;
  readonly #door: DoorContext;
  #phase: 'head' | 'admitting' | 'body' | 'answering' | 'gone' = 'head';
  /** Unread bytes: of a head, or in `body` of head and body together. */
  #bytes: Buffer = NOTHING;
  /** In `body`: how much of `bytes` has come. */
  #filled = 0;
  /** What came after the request that is under way. */
  #next: Buffer = NOTHING;
  #known: KnownHead | undefined;
  #admission: Admission | undefined;
  /** When the sender began to be waited for, as of performance.now. */
  #sinceMs = performance.now();
  #hasAnswered = false;
  #hasEnded = false;
  #isAdvancing = false;
  readonly #onData = (chunk: Buffer) => this.#receive(chunk);
  readonly #onEnd = () => this.#ended();
  readonly #onDrain = () => this.#advance();
  readonly #onClose = () => this.#leave();
  // What follows an error is 'close'.
  readonly #onError = () => undefined;
  readonly #onAnswer = (answer: Answer) => this.#answer(answerText(answer, this.#door.keepSeconds));
  readonly #onRefusal = (error: unknown) => this.#refuse(error);

  constructor(socket: Socket, door: DoorContext) {
    this.#socket = socket;
    this.#door = door;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
  }

  /** Ends what has been waited for too long; `nowMs` as of performance.now. */
  sweep(nowMs: number): void {
    const waitedMs = nowMs - this.#sinceMs;
    const { headTimeoutMs, requestTimeoutMs, idleTimeoutMs } = this.#door;
    if (this.#phase === 'body') {
      if (waitedMs > requestTimeoutMs) this.#fail('ERR_HTTP_REQUEST_TIMEOUT');
    } else if (this.#phase === 'head') {
      const isUnread = this.#socket.writableNeedDrain;
      const isIdle = isUnread || (this.#hasAnswered && this.#bytes.length === 0);
      if (isIdle && waitedMs > idleTimeoutMs) this.#socket.destroy();
      else if (!isIdle && waitedMs > headTimeoutMs) this.#fail('ERR_HTTP_REQUEST_TIMEOUT');
    }
  }

  /** The door is being closed: what is under way is still answered. */
  quiesce(): void {
    if (this.#phase !== 'head') return;
    if (this.#bytes.length === 0) this.#socket.destroySoon();
    else this.#handOver();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#phase === 'body') this.#fill(chunk);
    else if (this.#phase === 'head') {
      if (this.#bytes.length === 0) {
        // Of the first request the wait began with the connection.
        if (this.#hasAnswered) this.#sinceMs = performance.now();
        this.#bytes = chunk;
      } else this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#advance();
    } else if (this.#phase !== 'gone') this.#keep(Buffer.concat([this.#next, chunk]));
  }

  /** Nothing more is read before the request that is under way is answered. */
  #keep(next: Buffer): void {
    this.#next = next;
    this.#socket.pause();
  }

  /** Handles the requests at hand, one after the other, as far as they have come. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    while (this.#phase === 'head' && this.#bytes.length > 0 && !this.#socket.writableNeedDrain) {
      if (!this.#step()) break;
    }
    this.#isAdvancing = false;
    if (this.#phase !== 'head') return;
    if (this.#socket.writableNeedDrain) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** False where more has to come first. */
  #step(): boolean {
    if (this.#door.isClosing) {
      this.#handOver();
      return false;
    }
    const known = this.#recognize();
    if (known === undefined) return false;
    const { headBytes, contentLength } = known;
    const bytes = this.#bytes;
    const end = headBytes + contentLength;
    if (bytes.length < end) {
      this.#awaitBody(known);
      return false;
    }
    this.#bytes = NOTHING;
    if (bytes.length > end) this.#keep(bytes.subarray(end));
    this.#begin(known, bytes.subarray(headBytes, end));
    return true;
  }

  /** The head that the bytes begin with; undefined where it is not whole yet or has been handed over. */
  #recognize(): KnownHead | undefined {
    const bytes = this.#bytes;
    const isRepeated = this.#known?.matches(bytes) === true;
    const known = isRepeated ? this.#known : this.#read(bytes);
    if (known !== undefined && known.contentLength > MAX_BODY_BYTES) {
      this.#handOver();
      return undefined;
    }
    this.#known = known ?? this.#known;
    return known;
  }

  #read(bytes: Buffer): KnownHead | undefined {
    const end = bytes.subarray(0, MAX_HEAD_BYTES).indexOf(HEAD_END);
    if (end < 0) {
      if (!mayBecomeHead(bytes)) this.#handOver();
      return undefined;
    }
    const text = bytes.toString('latin1', 0, end + HEAD_END.length);
    const parsed = parseHead(text.slice(0, end));
    const call = parsed && this.#door.calls.get(parsed.path);
    if (parsed && call) return new KnownHead(text, parsed, call.open(parsed.head));
    this.#handOver();
    return undefined;
  }

  #awaitBody({ sender, contentLength, headBytes }: KnownHead): void {
    this.#phase = 'admitting';
    const onRefused = () => {
      if (this.#phase !== 'admitting') return;
      this.#phase = 'head';
      this.#bytes = Buffer.concat([this.#bytes, this.#next]);
      this.#handOver();
    };
    const onAdmitted = (admission: Admission) => {
      if (this.#phase !== 'admitting') return admission.abandon();
      this.#phase = 'body';
      this.#admission = admission;
      const come = this.#bytes;
      const next = this.#next;
      this.#bytes = Buffer.allocUnsafe(headBytes + contentLength);
      this.#filled = come.copy(this.#bytes);
      this.#next = NOTHING;
      if (next.length > 0) this.#fill(next);
      if (this.#phase === 'body' && this.#socket.isPaused()) this.#socket.resume();
    };
    try {
      const admission = sender.admit(contentLength);
      if (admission instanceof Promise) admission.then(onAdmitted, onRefused);
      else onAdmitted(admission);
    } catch {
      onRefused();
    }
  }

  #fill(chunk: Buffer): void {
    const copied = chunk.copy(this.#bytes, this.#filled);
    this.#filled += copied;
    if (this.#filled < this.#bytes.length) return;
    const body = this.#bytes.subarray(this.#known!.headBytes);
    const admission = this.#admission!;
    this.#bytes = NOTHING;
    if (copied < chunk.length) this.#keep(chunk.subarray(copied));
    this.#phase = 'answering';
    this.#take(admission, body);
  }

  #begin({ sender }: KnownHead, body: Buffer): void {
    this.#phase = 'answering';
    try {
      const admission = sender.admit(body.length);
      if (admission instanceof Promise)
        admission.then((late) => this.#take(late, body), this.#onRefusal);
      else this.#take(admission, body);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #take(admission: Admission, body: Buffer): void {
    this.#admission = undefined;
    admission.take(body).then(this.#onAnswer, this.#onRefusal);
  }

  #refuse(error: unknown): void {
    // An object of its own, because a problem belongs to one request.
    const problem = this.#door.problems.of(error, { ...this.#known!.head });
    this.#answer(problemText(problem, this.#door.keepSeconds));
  }

  #answer(text: string): void {
    if (this.#phase === 'gone') return;
    this.#socket.write(text);
    this.#hasAnswered = true;
    this.#phase = 'head';
    this.#sinceMs = performance.now();
    this.#bytes = this.#next;
    this.#next = NOTHING;
    const isLast = this.#bytes.length === 0 && (this.#hasEnded || this.#door.isClosing);
    if (isLast) this.#socket.destroySoon();
    else if (this.#socket.isPaused()) this.#advance();
  }

  #ended(): void {
    this.#hasEnded = true;
    if (this.#phase === 'answering') return;
    const isBetween = this.#phase === 'head' && this.#bytes.length === 0;
    if (isBetween) this.#socket.end();
    else this.#fail('HPE_INVALID_EOF_STATE');
  }

  /** Answers what is no request, and closes. */
  #fail(code: string): void {
    this.#leave();
    this.#door.refuseConnection(Object.assign(new Error(code), { code }), this.#socket);
  }

  #handOver(): void {
    const socket = this.#socket;
    const bytes = this.#bytes;
    this.#leave();
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    socket.off('close', this.#onClose);
    socket.off('error', this.#onError);
    socket.pause();
    if (bytes.length > 0) socket.unshift(bytes);
    this.#door.handOver(socket);
    socket.resume();
  }

  #leave(): void {
    this.#phase = 'gone';
    this.#admission?.abandon();
    this.#admission = undefined;
    this.#bytes = NOTHING;
    this.#next = NOTHING;
    this.#door.forget(this);
  }
}

/** Whether more bytes can make these a head that is taken here. */
function mayBecomeHead(bytes: Buffer): boolean {
  if (bytes.length >= MAX_HEAD_BYTES) return false;
  const length = Math.min(bytes.length, METHOD.length);
  if (bytes.toString('latin1', 0, length) !== METHOD.slice(0, length)) return false;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) return false;
  }
  return true;
}
