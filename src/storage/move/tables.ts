/** Everything of the state that moves, in the order in which it is written. Sessions end; the journal goes by itself. */
export const RECORDS = [
  'sensors',
  'series',
  'sensor_states',
  'documents',
  'place_pictures',
  'alerts',
  'alert_history',
  'notifications',
  'delivery_attempts',
  'dead_letters',
  'api_keys',
  'audit',
] as const;

/** Tables whose rows are numbered by the database. */
export const NUMBERED = ['alert_history', 'delivery_attempts', 'dead_letters', 'audit'] as const;
