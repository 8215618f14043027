import type { CadenceState } from '#engine/rules/cadence.ts';
import type { RuleState } from '#engine/rules/compiled-rule.ts';
import type { SensorStatesTable } from '#storage/state/schema.ts';
import type { StoredSensorState } from '#storage/state/sensor-state.ts';
import type { Group } from '../group.ts';
import type { SensorEntry } from '../sensor-entry.ts';

// Tested by: ../processor.test.ts

type StoredState = StoredSensorState<CadenceState, RuleState>;

/** Adds to the unit what is to be remembered of the sensors that this group touched. */
export function checkpoint(group: Group, journalId: number): void {
  for (const sensor of group.touched) {
    writePeaks(group, sensor);
    group.unit.sensorStates.push(stateRow(sensor, journalId));
    sensor.isDirty = false;
    sensor.asOf = journalId;
  }
}

/** The peak of an alert that stands moves with every sample; it is written as often as the states are. */
function writePeaks(group: Group, sensor: SensorEntry): void {
  for (const instance of sensor.instances) {
    const { alert, rule, state } = instance;
    const peak = alert === undefined ? null : rule.peakOf(state);
    if (alert === undefined || peak === null || peak === alert.peak) continue;
    instance.alert = { ...alert, peak };
    group.unit.alertUpdates.push({ id: alert.id, peak });
  }
}

function stateRow(sensor: SensorEntry, journalId: number): SensorStatesTable {
  const stored: StoredState = {
    r: sensor.lastReceivedMs ?? null,
    s: sensor.lastSeenMs ?? null,
    k: sensor.skewMs === undefined ? null : Math.round(sensor.skewMs),
    c: sensor.cadence.toJSON(),
    v: {},
    a: {},
  };
  for (const { id, lastTimeMs, lastValue } of sensor.series.values()) {
    if (!Number.isNaN(lastValue)) stored.v[id] = [lastTimeMs, lastValue];
  }
  for (const { rule, state } of sensor.instances) {
    if (state !== undefined) stored.a[rule.rule.id] = [rule.rule.revision, state];
  }
  return { sensor_pk: sensor.pk, as_of: journalId, state: JSON.stringify(stored) };
}

/** Gives a sensor what was remembered of it; its series and rule instances are there already. */
export function restoreState(sensor: SensorEntry, row: SensorStatesTable): void {
  const stored = JSON.parse(row.state) as StoredState;
  sensor.asOf = row.as_of;
  sensor.lastReceivedMs = stored.r ?? undefined;
  sensor.lastSeenMs = stored.s ?? undefined;
  sensor.skewMs = stored.k ?? undefined;
  sensor.cadence.restore(stored.c);
  for (const series of sensor.series.values()) {
    const last = stored.v[series.id];
    if (last === undefined) continue;
    series.setLast(...last);
  }
  for (const instance of sensor.instances) {
    const remembered = stored.a[instance.rule.rule.id];
    if (remembered !== undefined && remembered[0] === instance.rule.rule.revision)
      instance.state = remembered[1];
  }
}
