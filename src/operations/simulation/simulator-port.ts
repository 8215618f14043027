/** A simulated fleet that sends now; times in ms. */
export interface SimulationRun {
  readonly sensorIds: readonly string[];
  readonly startedMs: number;
  readonly endsMs: number;
  /** Readings that were acknowledged. */
  readonly sent: number;
}

/** A sensor as it is registered before its first simulated reading. */
export interface SimulatedSensor {
  id: string;
  name: string;
  location: string;
}

/** Sends the readings of simulated sensors by the platform's own door. One fleet for a customer; kept in memory alone. */
export interface Simulator {
  /** The first `count` sensors, always the same ones. */
  sensors(count: number): SimulatedSensor[];
  find(customer: string): SimulationRun | undefined;
  /** Throws `invalid_state` where the customer's fleet runs already. `onEnded` is called once, whatever ends it. */
  start(request: {
    customer: string;
    count: number;
    forMs: number;
    onEnded: () => Promise<void>;
  }): void;
  /** Resolves once nothing more is sent and `onEnded` is done; at once where nothing runs. */
  stop(customer: string): Promise<void>;
}
