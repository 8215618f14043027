/** The JSON of `sensor_states.state`; short names because there is one for every sensor. */
export interface StoredSensorState<Cadence = unknown, Rule = unknown> {
  /** Received, seen, skew; ms. */
  r: number | null;
  s: number | null;
  k: number | null;
  /** What the cadence was learned from. */
  c: Cadence;
  /** Series id → last time and value. */
  v: Record<string, [number, number]>;
  /** Rule id → revision and state, where the state is not rest. */
  a: Record<string, [number, Rule]>;
}
