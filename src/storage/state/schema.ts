import type { Generated } from 'kysely';

// Tested by: test/contract/state-store.test.ts
// Times are double precision ms since the epoch; JSON is text; flags are 0 or 1: the same on every engine.

interface Audited {
  created_at: number;
  updated_at: number;
}

export interface SensorsTable {
  pk: number;
  customer: string;
  sensor_id: string;
  name: string | null;
  location: string | null;
  /** JSON object of strings. */
  labels: string;
  parent_id: string | null;
  calibration_date: number | null;
  /** SenML `ut`, ms. */
  update_within: number | null;
  /** JSON: `OutOfService`; null while it serves. */
  out_of_service: string | null;
  /** `sensorHash`: says which partition has its readings. null in rows from before it was kept; whoever loads one fills it in. */
  key_hash: number | null;
  registered_at: number;
  updated_at: number;
}

export interface SeriesTable {
  id: number;
  sensor_pk: number;
  metric: string;
  unit: string | null;
}

/** What the processor remembers of a sensor, as of a journal id; the journal after it is replayed at a start. */
export interface SensorStatesTable {
  sensor_pk: number;
  as_of: number;
  /** JSON: `StoredSensorState`. */
  state: string;
}

/** Rules, contacts, policies and the like: a JSON body each, by customer and id. */
export interface DocumentsTable extends Audited {
  customer: string;
  kind: 'rule' | 'contact' | 'policy' | 'on-call' | 'maintenance-window' | 'template' | 'place';
  id: string;
  revision: number;
  body: string;
}

export interface PlacePicturesTable {
  customer: string;
  place_id: string;
  content_type: string;
  /** Length of the picture itself. */
  bytes: number;
  etag: string;
  /** Base64. */
  picture: string;
}

export interface AlertsTable {
  id: string;
  customer: string;
  rule_id: string;
  sensor_pk: number;
  sensor_id: string;
  metric: string | null;
  condition: string;
  state: 'active' | 'cleared';
  severity: string;
  /** The worst that it has been: who was told of that is told what becomes of it. */
  highest_severity: string;
  acknowledged: number;
  /** Shelved while this lies ahead, as its later occurrences are; with one shot until it clears. */
  shelved_until: number | null;
  shelve_one_shot: number;
  shelved_by: string | null;
  shelve_reason: string | null;
  suppressed_by: string | null;
  assignee: string | null;
  value: number | null;
  limit_value: number | null;
  unit: string | null;
  peak: number | null;
  started_at: number;
  received_at: number;
  cleared_at: number | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  /** Since when the condition of a latched alert no longer holds; null while it does. */
  returned_at: number | null;
  /** 1 once it has been put to the policies, whomever they tell; 0 while it is hushed from the start, and again for a re-alert. */
  told: number;
  first_of_storm: number;
  /** When the notifier looks at it again: to tell it again, or for the first time after a hush; null = never. */
  next_repeat_at: number | null;
}

export interface AlertHistoryTable {
  seq: Generated<number>;
  alert_id: string;
  at: number;
  by: string;
  change: string;
  severity: string;
  comment: string | null;
}

/** The outbox and, once sent, the ledger. */
export interface NotificationsTable {
  id: string;
  customer: string;
  alert_id: string;
  contact_id: string;
  policy_id: string | null;
  channel: string;
  type: string;
  state: 'queued' | 'sent' | 'failed' | 'given_up';
  /** JSON: the alert, its rule's texts and its sensor as they were when this was made. */
  payload: string;
  created_at: number;
  next_attempt_at: number | null;
  attempts: number;
  receipt: string | null;
  /** Which step of the policy tells, from 0 on. */
  step: number | null;
  /** What waits together with others for one contact has the same key; alone it is sent once it is released. */
  group_key: string | null;
  /** When it stopped waiting for others. */
  released_at: number | null;
  /** The notification that it went out in, together with others. */
  digest_id: string | null;
  /** Why it was not sent: there was nothing to tell any more. Its state is `given_up`. */
  left_out: string | null;
  /** The contact who could not be reached, in whose place this one is told. */
  fallback_for: string | null;
}

export interface DeliveryAttemptsTable {
  seq: Generated<number>;
  notification_id: string;
  at: number;
  outcome: string;
  detail: string | null;
}

export interface DeadLettersTable {
  seq: Generated<number>;
  customer: string;
  received_at: number;
  source: string;
  sensor_id: string | null;
  code: string;
  pointer: string;
  detail: string;
  payload: string;
}

export interface ApiKeysTable {
  id: string;
  customer: string;
  name: string;
  /** SHA-256 of the key, hex. */
  hash: string;
  /** JSON array. */
  scopes: string;
  /** JSON array of patterns, or null for every sensor. */
  sensors: string | null;
  /** Requests a second; null = the default. */
  rate_limit: number | null;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

export interface SessionsTable {
  /** SHA-256 of the cookie's value, hex. */
  hash: string;
  customer: string;
  who: string;
  scopes: string;
  created_at: number;
  expires_at: number;
}

export interface AuditTable {
  seq: Generated<number>;
  customer: string;
  at: number;
  who: string;
  action: string;
  target: string;
  detail: string | null;
  request_id: string;
}

interface JournalTable {
  id: number;
  /** Clock of the evaluation, ms: the received time of its samples. */
  received_at: number;
  samples: Uint8Array;
}

interface MetaTable {
  key: string;
  value: string;
}

export interface Database {
  sensors: SensorsTable;
  series: SeriesTable;
  sensor_states: SensorStatesTable;
  documents: DocumentsTable;
  place_pictures: PlacePicturesTable;
  alerts: AlertsTable;
  alert_history: AlertHistoryTable;
  notifications: NotificationsTable;
  delivery_attempts: DeliveryAttemptsTable;
  dead_letters: DeadLettersTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  audit: AuditTable;
  journal: JournalTable;
  meta: MetaTable;
}
