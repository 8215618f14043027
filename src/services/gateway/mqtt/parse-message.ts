import { VigieError } from '#domain/errors.ts';
import type { Limits, ParsedReadings } from '#domain/reading.ts';
import type { Logger } from '#platform/logging.ts';
import { quote } from '../formats/faults.ts';
import { parseJson } from '../formats/json.ts';
import { cutPayload } from '../formats/reading-columns.ts';
import type { SensorTopic } from './reading-topics.ts';

/** Enough for a dead letter, and no more of a large payload is decoded. */
const TEXT_BYTES = 64 * 1024;

export interface SensorMessage {
  topic: SensorTopic;
  payload: Buffer;
  /** As it was sent; of an oversized one only the head is at hand. */
  payloadBytes: number;
}

export interface MessageContext {
  limits: Limits;
  /** ms since the epoch. */
  receivedMs: number;
  log: Logger;
}

/**
 * The readings in the payload of a message. Never throws: what cannot be read at all becomes one refused
 * reading with the whole payload (cut at 64 KiB), so that it reaches the dead letters like any other.
 */
export function parseMessage(message: SensorMessage, context: MessageContext): ParsedReadings {
  const { topic, payload, payloadBytes } = message;
  try {
    if (topic.kind === 'bad_sensor') {
      throw new VigieError(
        'sensor_id_invalid',
        `The topic names ${quote(topic.named)}, which is not a sensor_id.`,
        { pointer: '/sensor_id' },
      );
    }
    const { bodyBytes } = context.limits;
    if (payloadBytes > bodyBytes) {
      throw new VigieError('body_too_large', `A message has at most ${bodyBytes} bytes.`);
    }
    return parseJson(payload, {
      limits: context.limits,
      receivedMs: context.receivedMs,
      defaultSensorId: topic.sensorId,
    });
  } catch (error) {
    return refuseWhole(message, asVigieError(error, context.log));
  }
}

/** A message as one refused reading with its whole payload, cut at 64 KiB. */
export function refuseWhole({ topic, payload }: SensorMessage, error: VigieError): ParsedReadings {
  return {
    batch: {
      count: 0,
      sensorIds: [],
      timesMs: new Float64Array(0),
      shapes: [],
      values: new Float64Array(0),
      valueCount: 0,
      metadata: [],
    },
    refused: [
      {
        index: 0,
        code: error.code,
        pointer: error.pointer ?? '',
        detail: error.message,
        sensorId: topic.kind === 'readings' ? topic.sensorId : null,
        payload: cutPayload(payload.toString('utf8', 0, TEXT_BYTES)),
      },
    ],
  };
}

function asVigieError(error: unknown, log: Logger): VigieError {
  if (error instanceof VigieError) return error;
  log.error({ err: error }, 'a message could not be parsed');
  return new VigieError('internal', 'The message could not be parsed.', { cause: error });
}
