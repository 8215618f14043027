import { uuidV7 } from '#platform/ids.ts';
import type {
  AlertsTable,
  ApiKeysTable,
  DocumentsTable,
  NotificationsTable,
  SensorsTable,
} from '#storage/state/schema.ts';

// Rows with everything filled in, of which a test names only what it is about.

export const T0 = Date.UTC(2026, 10, 22, 5);

export function sensorRow(row: Partial<SensorsTable> & { pk: number }): SensorsTable {
  return {
    customer: 'main',
    sensor_id: `sensor-${row.pk}`,
    name: null,
    location: null,
    labels: '{}',
    parent_id: null,
    calibration_date: null,
    update_within: null,
    out_of_service: null,
    key_hash: null,
    registered_at: T0,
    updated_at: T0,
    ...row,
  };
}

export function alertRow(row: Partial<AlertsTable> = {}): AlertsTable {
  return {
    id: uuidV7(T0),
    customer: 'main',
    rule_id: 'too-warm',
    sensor_pk: 1,
    sensor_id: 'sensor-1',
    metric: 'temperature',
    condition: 'above',
    state: 'active',
    severity: 'warning',
    highest_severity: 'warning',
    acknowledged: 0,
    shelved_until: null,
    shelve_one_shot: 0,
    shelved_by: null,
    shelve_reason: null,
    suppressed_by: null,
    assignee: null,
    value: 9.1,
    limit_value: 8,
    unit: 'Cel',
    peak: 9.1,
    started_at: T0,
    received_at: T0,
    cleared_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    returned_at: null,
    told: 1,
    first_of_storm: 0,
    next_repeat_at: null,
    ...row,
  };
}

export function notificationRow(row: Partial<NotificationsTable> = {}): NotificationsTable {
  return {
    id: uuidV7(T0),
    customer: 'main',
    alert_id: 'alert-1',
    contact_id: 'anne',
    policy_id: null,
    channel: 'webhook',
    type: 'raised',
    state: 'queued',
    payload: '{}',
    created_at: T0,
    next_attempt_at: T0,
    attempts: 0,
    receipt: null,
    step: null,
    group_key: null,
    released_at: null,
    digest_id: null,
    left_out: null,
    fallback_for: null,
    ...row,
  };
}

export function documentRow(row: Partial<DocumentsTable> = {}): DocumentsTable {
  return {
    customer: 'main',
    kind: 'rule',
    id: 'too-warm',
    revision: 1,
    body: '{}',
    created_at: T0,
    updated_at: T0,
    ...row,
  };
}

export function keyRow(row: Partial<ApiKeysTable> = {}): ApiKeysTable {
  return {
    id: 'k1',
    customer: 'main',
    name: 'a key',
    hash: 'hash-1',
    scopes: '["read"]',
    sensors: null,
    rate_limit: null,
    created_at: T0,
    expires_at: null,
    revoked_at: null,
    ...row,
  };
}
