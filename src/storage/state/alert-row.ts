import { sql } from 'kysely';
import type { Alert } from '#domain/alert.ts';
import type { Severity } from '#domain/rule.ts';
import { formatTime, formatTimeOrNull } from '#domain/time.ts';
import type { AlertsTable } from './schema.ts';

/** For statements, written into them: with parameters in their place SQLite does not use the indexes of the alerts that stand or are open. */
export const ACTIVE = sql.lit('active' as const);
export const CLEARED = sql.lit('cleared' as const);
export const SILENT = sql.lit('silent' as const);

/** An alert in the contract's shape, without its history. */
export function alertFromRow(row: AlertsTable): Alert {
  return {
    id: row.id,
    rule_id: row.rule_id,
    sensor_id: row.sensor_id,
    metric: row.metric,
    condition: row.condition,
    state: row.state,
    severity: row.severity as Severity,
    acknowledged: row.acknowledged === 1,
    shelved_until: formatTimeOrNull(row.shelved_until),
    shelved_by: row.shelved_by,
    shelve_reason: row.shelve_reason,
    shelve_one_shot: row.shelve_one_shot === 1,
    suppressed_by: row.suppressed_by,
    assignee: row.assignee,
    value: row.value,
    limit: row.limit_value,
    unit: row.unit,
    peak: row.peak,
    started_at: formatTime(row.started_at),
    received_at: formatTime(row.received_at),
    cleared_at: formatTimeOrNull(row.cleared_at),
    acknowledged_at: formatTimeOrNull(row.acknowledged_at),
    acknowledged_by: row.acknowledged_by,
    returned_at: formatTimeOrNull(row.returned_at),
    first_of_storm: row.first_of_storm === 1,
  };
}
