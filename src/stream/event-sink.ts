/** An event for others, and the key by which those of one sensor stay in order. */
export interface OutgoingEvent {
  customer: string;
  sensorId: string | null;
  /** JSON. */
  body: string;
}

/** Where events for others go. Resolves once they are safe; rejects with `VigieError` where that is not certain. */
export interface EventSink {
  alerts(events: readonly OutgoingEvent[]): Promise<void>;
  deadLetters(events: readonly OutgoingEvent[]): Promise<void>;
}
