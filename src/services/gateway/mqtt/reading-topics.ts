import { isSensorId } from '#domain/reading.ts';
import { ProtocolViolation } from './frame-reader.ts';

/** The topic of a sensor's readings; `bad_sensor` where what it names cannot be one. */
export type SensorTopic =
  | { readonly kind: 'readings'; readonly sensorId: string }
  | { readonly kind: 'bad_sensor'; readonly named: string };

/** What the topic of a PUBLISH says. Nothing is taken here on a foreign one. */
export type PublishTopic = SensorTopic | { readonly kind: 'foreign'; readonly topic: string };

const PREFIX = 'v1/sensors/';
const SUFFIX = '/readings';
/** Emptied when it holds so many, so that hostile topics cannot fill the memory. */
const MAX_KNOWN = 1 << 17;
/** U+0000 and the wildcards [MQTT-1.5.3-2] [MQTT-3.3.2-2]. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control character is what is looked for
const FORBIDDEN = /[\u0000+#]/;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Topics of messages, remembered by their bytes: a sensor sends to the same one all its life. */
export class ReadingTopics {
  readonly #known = new Map<string, PublishTopic>();

  /** The topic in `bytes` from `start` to `end`. Throws `ProtocolViolation` where it is none. */
  find(bytes: Buffer, start: number, end: number): PublishTopic {
    const key = bytes.toString('latin1', start, end);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const topic = parseTopic(bytes.subarray(start, end));
    if (topic.kind === 'readings') {
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(key, topic);
    }
    return topic;
  }
}

/** `v1/sensors/{sensor_id}/readings`, from the bytes of a topic name. Throws `ProtocolViolation`. */
export function parseTopic(bytes: Uint8Array): PublishTopic {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    // [MQTT-1.5.3-1]
    throw new ProtocolViolation('a topic that is not UTF-8');
  }
  // [MQTT-4.7.3-1]
  if (text.length === 0) throw new ProtocolViolation('an empty topic');
  if (FORBIDDEN.test(text)) throw new ProtocolViolation('a topic with a wildcard or U+0000');
  const isForReadings =
    text.startsWith(PREFIX) &&
    text.endsWith(SUFFIX) &&
    text.length >= PREFIX.length + SUFFIX.length;
  if (!isForReadings) return { kind: 'foreign', topic: text };
  const named = text.slice(PREFIX.length, -SUFFIX.length);
  return isSensorId(named) ? { kind: 'readings', sensorId: named } : { kind: 'bad_sensor', named };
}
