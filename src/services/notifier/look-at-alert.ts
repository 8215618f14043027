import type { Rule } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import { isHushed } from '#engine/alarms/hush.ts';
import type { PreparedWindow } from '#engine/alarms/maintenance.ts';
import { sensorSuppression } from '#operations/alert/sensor-suppression.ts';
import { type AlertChange, moveAlert } from '#storage/state/alarms.ts';
import { findDocument } from '#storage/state/documents.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { findSensor } from '#storage/state/sensors.ts';
import type { StateDb, StateStore } from '#storage/state/state-store.ts';
import { parentSilence } from './parent-silence.ts';

// Tested by: look-at-alert.test.ts

interface Looked {
  alert: AlertsTable;
  windows: readonly PreparedWindow[];
  nowMs: number;
}

/** Why nobody is told of an alert, and when that may be otherwise. */
interface Suppression {
  /** null = it waits until that is known. */
  by: string | null;
  untilMs: number;
}

/**
 * Brings an open alert up to now before anybody is told of it: a shelf whose time is over is taken away, a suppression
 * that has begun or ended is noted, an acknowledgement that is older than the rule's `re_alert` ends. Each is kept in the
 * history. Answers the alert as it is then where it is to be told; undefined where it is hushed, acknowledged, or
 * somebody else was faster. `onChanged` is called with an alert that is another than before.
 */
export async function lookAtAlert(
  state: StateStore,
  { alert, windows, nowMs }: Looked,
  onChanged: (alert: AlertsTable) => void,
): Promise<AlertsTable | undefined> {
  const suppression = await suppressionOf(state.db, { alert, windows, nowMs });
  const { set, entries } = changesOf(alert, { suppression, nowMs });
  const reAlertMs = alert.acknowledged === 1 ? await reAlertAt(state.db, alert) : undefined;
  if (reAlertMs !== undefined && reAlertMs <= nowMs) {
    Object.assign(set, {
      acknowledged: 0,
      acknowledged_at: null,
      acknowledged_by: null,
      told: 0,
    });
    entries.push({ change: 're_alerted', comment: null });
  }
  const after = { ...alert, ...set };
  // What has been told already does not wait for anything.
  const isWaiting = suppression?.by === null && after.told === 0;
  const isQuiet = isWaiting || isHushed(after, nowMs);
  if (!isQuiet && after.acknowledged === 0 && entries.length === 0) return alert;
  after.next_repeat_at = isQuiet
    ? Math.max(after.shelved_until ?? 0, suppression?.untilMs ?? 0)
    : after.acknowledged === 0
      ? nowMs
      : (reAlertMs ?? null);
  const isMine = await state.transaction((tx) =>
    moveAlert(tx, {
      before: alert,
      set: { ...set, next_repeat_at: after.next_repeat_at },
      entries: entries.map((entry) => ({
        ...entry,
        alert_id: alert.id,
        at: nowMs,
        by: 'system',
        severity: alert.severity,
      })),
    }),
  );
  if (!isMine) return undefined;
  if (entries.length > 0) onChanged(after);
  return isQuiet || after.acknowledged === 1 ? undefined : after;
}

interface Entry {
  change: string;
  comment: string | null;
}

function changesOf(
  alert: AlertsTable,
  { suppression, nowMs }: { suppression: Suppression | undefined; nowMs: number },
): { set: AlertChange; entries: Entry[] } {
  const set: AlertChange = {};
  const entries: Entry[] = [];
  if (alert.shelved_until !== null && alert.shelved_until <= nowMs) {
    Object.assign(set, { shelved_until: null, shelve_one_shot: 0 });
    entries.push({ change: 'unshelved', comment: null });
  }
  const by = suppression?.by ?? null;
  if (by !== alert.suppressed_by) {
    set.suppressed_by = by;
    entries.push({ change: by === null ? 'unsuppressed' : 'suppressed', comment: by });
  }
  return { set, entries };
}

async function suppressionOf(
  db: StateDb,
  { alert, windows, nowMs }: Looked,
): Promise<Suppression | undefined> {
  const { customer, sensor_id: sensorId } = alert;
  const sensor = await findSensor(db, { customer, sensorId });
  const own = sensorSuppression(sensor, { sensorId, ruleId: alert.rule_id, windows, nowMs });
  if (own) return own;
  if (alert.condition !== 'silent' || sensor === undefined) return undefined;
  return parentSilence(db, { alert, sensor, nowMs });
}

/** When an acknowledged alert is told again, by its rule as it is now; undefined where it is not. */
async function reAlertAt(db: StateDb, alert: AlertsTable): Promise<number | undefined> {
  const { customer, rule_id: id, acknowledged_at: atMs } = alert;
  const row = await findDocument(db, { customer, kind: 'rule', id });
  const after = row === undefined ? undefined : (JSON.parse(row.body) as Rule).re_alert;
  return after === undefined || atMs === null ? undefined : atMs + durationMs(after);
}
