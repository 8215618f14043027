import type { KafkaRecord } from '@platformatic/kafka';
import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { parseTime } from '#domain/time.ts';
import type { IngestSource } from '../reading-stream.ts';
import { HEADERS, RECEIVED_AT } from './record-format.ts';

// Tested by: services/gateway/formats/records.test.ts

const SLASH = 0x2f;
const SOURCES: readonly string[] = ['http', 'line', 'mqtt', 'import'] satisfies IngestSource[];

/** What one record says besides the reading itself. */
export interface RecordHead {
  customer: string;
  source: IngestSource;
  reply: string | undefined;
  index: number;
  isRefused: boolean;
}

/** When a reading was received, and its bytes without the member that says so and the brace after it. */
interface Receipt {
  receivedMs: number;
  /** undefined where nothing was cut off. */
  reading: Buffer | undefined;
}

/** Reads what stands around readings: keys, headers and times of receipt. Remembers the last, as the next is mostly the same. */
export class HeadReader {
  #lastTrailer = Buffer.alloc(RECEIVED_AT.bytes);
  #lastReceivedMs = 0;
  #lastCustomer = { bytes: Buffer.from(`${MAIN_CUSTOMER}/`), text: MAIN_CUSTOMER };

  headOf({ key, headers }: KafkaRecord): RecordHead {
    const head: RecordHead = {
      customer: this.#customerOf(key),
      source: 'import',
      reply: undefined,
      index: 0,
      isRefused: false,
    };
    for (const [name, value] of headers) {
      if (name === null || value === null) continue;
      const text = value.toString();
      switch (name.toString('latin1')) {
        case HEADERS.source:
          if (SOURCES.includes(text)) head.source = text as IngestSource;
          break;
        case HEADERS.reply:
          head.reply = text;
          break;
        case HEADERS.index:
          head.index = Number(text) || 0;
          break;
        case HEADERS.kind:
          head.isRefused = text === 'refused';
          break;
      }
    }
    return head;
  }

  /** The part of the key before the slash; records without one are of the first customer. */
  #customerOf(key: Buffer | null): string {
    const known = this.#lastCustomer;
    if (key === null) return MAIN_CUSTOMER;
    if (key.subarray(0, known.bytes.length).equals(known.bytes)) return known.text;
    const slash = key.indexOf(SLASH);
    if (slash <= 0) return MAIN_CUSTOMER;
    const text = key.toString('utf8', 0, slash);
    this.#lastCustomer = { bytes: Buffer.from(key.subarray(0, slash + 1)), text };
    return text;
  }

  /** `appendedMs`: the log's own time. */
  receiptOf(value: Buffer, appendedMs: number): Receipt {
    const start = value.length - RECEIVED_AT.bytes;
    const trailer = value.subarray(Math.max(0, start));
    if (start > 0) {
      if (trailer.equals(this.#lastTrailer)) {
        return { receivedMs: this.#lastReceivedMs, reading: value.subarray(0, start) };
      }
      const { prefix } = RECEIVED_AT;
      if (trailer.subarray(0, prefix.length).equals(prefix)) {
        const time = parseTime(trailer.toString('latin1', prefix.length, trailer.length - 2));
        if (time.ok) {
          this.#lastTrailer = Buffer.from(trailer);
          this.#lastReceivedMs = time.ms;
          return { receivedMs: time.ms, reading: value.subarray(0, start) };
        }
      }
    }
    return foreignReceipt(value, appendedMs);
  }
}

/** Other producers may write the member elsewhere, or leave it out: then the log's time stands for it. */
function foreignReceipt(value: Buffer, appendedMs: number): Receipt {
  if (!value.includes('"received_at"')) return { receivedMs: appendedMs, reading: undefined };
  try {
    const { received_at: receivedAt, ...reading } = JSON.parse(value.toString());
    const time = parseTime(String(receivedAt));
    const text = Buffer.from(JSON.stringify(reading));
    return {
      receivedMs: time.ok ? time.ms : appendedMs,
      reading: text.subarray(0, text.length - 1),
    };
  } catch {
    return { receivedMs: appendedMs, reading: undefined };
  }
}
