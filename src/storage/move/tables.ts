/**
 * Everything of the state that moves, in the order in which it is written. Sessions end; the journal goes by itself, and
 * of `meta` only the secrets that people hold something of.
 */
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

/** Keys in `meta`: links to acknowledge that were sent before a move hold after it. */
export const SECRETS = ['link_secret', 'vapid_keys'] as const;

/** Tables whose rows are numbered by the database. */
export const NUMBERED = ['alert_history', 'delivery_attempts', 'dead_letters', 'audit'] as const;
