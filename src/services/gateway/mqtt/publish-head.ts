import { type FrameReader, ProtocolViolation } from './frame-reader.ts';

/** The variable header of a PUBLISH (MQTT 3.1.1 section 3.3.2), as positions in the reader's bytes. One instance serves all packets. */
export class PublishHead {
  qos = 0;
  /** 0 with QoS 0. */
  messageId = 0;
  topicStart = 0;
  topicEnd = 0;
  payloadStart = 0;
  /** As it was sent; the bytes at hand may be fewer. */
  payloadBytes = 0;

  /** Throws `ProtocolViolation`. */
  read({ header, bytes, start, end, bodyBytes }: FrameReader): void {
    this.qos = (header >> 1) & 3;
    // [MQTT-3.3.1-4]
    if (this.qos === 3) throw new ProtocolViolation('a PUBLISH with QoS 3');
    this.topicStart = start + 2;
    this.topicEnd = this.topicStart + (bytes[start]! << 8) + bytes[start + 1]!;
    this.payloadStart = this.qos === 0 ? this.topicEnd : this.topicEnd + 2;
    // Where the body has no two bytes, the sum is NaN and below nothing.
    if (!(this.payloadStart <= end)) throw new ProtocolViolation('a PUBLISH that is too short');
    this.messageId = this.qos === 0 ? 0 : (bytes[this.topicEnd]! << 8) + bytes[this.topicEnd + 1]!;
    // [MQTT-2.3.1-1]
    if (this.qos > 0 && this.messageId === 0) throw new ProtocolViolation('a PUBLISH with id 0');
    this.payloadBytes = bodyBytes - (this.payloadStart - start);
  }
}
