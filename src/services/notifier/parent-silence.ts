import { Cadence, type CadenceState } from '#engine/rules/cadence.ts';
import { latestSilence } from '#storage/state/alarms.ts';
import { sensorStates } from '#storage/state/fleet-rows.ts';
import type { AlertsTable, SensorsTable } from '#storage/state/schema.ts';
import type { StoredSensorState } from '#storage/state/sensor-state.ts';
import { findSensor } from '#storage/state/sensors.ts';
import type { StateDb } from '#storage/state/state-store.ts';

// Tested by: look-at-alert.test.ts

/** A site, its gateway, a hub, a sensor: nobody builds deeper, and a circle ends. */
const MOST_LEVELS = 10;
const LOOK_AGAIN_MS = 5000;
/** What hung on a dead parent has so long to come back with it. */
const GRACE_MS = 60_000;
/** States are remembered some seconds after the readings, and the rule of the parent has to run. */
const MARGIN_MS = 30_000;
/** However slow a parent is, its child's silence is told after so long. */
const LONGEST_HOLD_MS = 15 * 60_000;
const LEAST_SILENCE_MS = 60_000;
const CADENCES = 3;

/** What a parent says of its child's silence: `by` = it is silent itself; null = not yet known, the child waits. */
export interface ParentSilence {
  by: string | null;
  untilMs: number;
}

/**
 * Whether the silence of a sensor is its parent's: where an ancestor is silent (or was a moment ago), the child's alert
 * is suppressed, and where that cannot be said yet, because the parent has sent nothing since and need not have, it waits.
 * undefined = it is the sensor's own. All is read from the store, so it does not matter who judges parent and child.
 */
export async function parentSilence(
  db: StateDb,
  { alert, sensor, nowMs }: { alert: AlertsTable; sensor: SensorsTable; nowMs: number },
): Promise<ParentSilence | undefined> {
  const ancestors = await ancestorsOf(db, sensor);
  for (const { pk, sensor_id: id } of ancestors) {
    const silence = await latestSilence(db, pk);
    if (silence === undefined) continue;
    const { state, cleared_at: clearedAt } = silence;
    const by = `sensor/${id}`;
    if (state === 'active') return { by, untilMs: nowMs + LOOK_AGAIN_MS };
    const graceMs = (clearedAt ?? 0) + GRACE_MS;
    // Only what fell silent while the parent was away hangs on it.
    if (graceMs > nowMs && alert.started_at < (clearedAt ?? 0)) return { by, untilMs: graceMs };
  }
  const [parent] = ancestors;
  return parent && undecided(db, { alert, parent, nowMs });
}

async function undecided(
  db: StateDb,
  { alert, parent, nowMs }: { alert: AlertsTable; parent: SensorsTable; nowMs: number },
): Promise<ParentSilence | undefined> {
  const [row] = await sensorStates(db, [parent.pk]);
  if (row === undefined) return undefined;
  const state = JSON.parse(row.state) as StoredSensorState<CadenceState>;
  if (state.r === null || state.r >= alert.started_at) return undefined;
  const cadence = new Cadence();
  cadence.restore(state.c);
  const silenceMs =
    parent.update_within ?? Math.max(LEAST_SILENCE_MS, CADENCES * (cadence.intervalMs ?? 0));
  const knownMs = Math.min(
    state.r + Math.max(silenceMs, LEAST_SILENCE_MS) + MARGIN_MS,
    alert.received_at + LONGEST_HOLD_MS,
  );
  return knownMs > nowMs ? { by: null, untilMs: nowMs + LOOK_AGAIN_MS } : undefined;
}

/** The parent first. */
async function ancestorsOf(db: StateDb, sensor: SensorsTable): Promise<SensorsTable[]> {
  const found = new Map<number, SensorsTable>();
  let parentId = sensor.parent_id;
  while (parentId !== null && found.size < MOST_LEVELS) {
    const parent = await findSensor(db, { customer: sensor.customer, sensorId: parentId });
    if (parent === undefined || parent.pk === sensor.pk || found.has(parent.pk)) break;
    found.set(parent.pk, parent);
    parentId = parent.parent_id;
  }
  return [...found.values()];
}
