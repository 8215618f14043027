import { Cadence, type CadenceState } from '#engine/rules/cadence.ts';
import { silentAlertSensors } from '#storage/state/alerts.ts';
import { sensorStates } from '#storage/state/fleet-rows.ts';
import type { StoredSensorState } from '#storage/state/sensor-state.ts';
import { seriesOfSensors } from '#storage/state/sensors.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import type { LiveSensor, LiveSensors } from './live-sensors.ts';

// Tested by: test/scale/roles.test.ts

/** The newest sample of each series that has one from a time on. */
export interface NewestSamples {
  newest(
    seriesIds: readonly number[],
    fromMs: number,
  ): Promise<Map<number, { timeMs: number; value: number }>>;
}

type State = StoredSensorState<CadenceState>;
type Series = { id: number; metric: string };

/**
 * For a process that judges no readings itself: values from the history, so they are as new as those elsewhere; cadence
 * and skew as they were last remembered, some seconds ago.
 */
export function createStoredLiveSensors({
  db,
  history,
}: {
  db: StateDb;
  history: NewestSamples;
}): LiveSensors {
  return {
    async find(_customer, sensors) {
      const pks = sensors.map(({ pk }) => pk);
      const [states, series, silent] = await Promise.all([
        sensorStates(db, pks),
        seriesOfSensors(db, pks),
        silentAlertSensors(db, pks),
      ]);
      const remembered = new Map(
        states.map((row) => [row.sensor_pk, JSON.parse(row.state) as State]),
      );
      const newest = await newestOf(history, { series, remembered });
      const found = new Map<string, LiveSensor>();
      for (const { pk, sensor_id: sensorId } of sensors) {
        const live = liveSensor(series.get(pk) ?? [], {
          state: remembered.get(pk),
          newest,
          isSilent: silent.has(pk),
        });
        if (live) found.set(sensorId, live);
      }
      return found;
    },
  };
}

/** What is remembered says from when on to look: a sensor that nothing is remembered of is new. */
async function newestOf(
  history: NewestSamples,
  {
    series,
    remembered,
  }: {
    series: ReadonlyMap<number, readonly Series[]>;
    remembered: ReadonlyMap<number, State>;
  },
): Promise<Map<number, { timeMs: number; value: number }>> {
  const newest = new Map<number, { timeMs: number; value: number }>();
  const known: number[] = [];
  const unknown: number[] = [];
  let fromMs = Number.POSITIVE_INFINITY;
  for (const [pk, list] of series) {
    for (const { id } of list) {
      const last = remembered.get(pk)?.v[id];
      if (last === undefined) unknown.push(id);
      else {
        known.push(id);
        newest.set(id, { timeMs: last[0], value: last[1] });
        fromMs = Math.min(fromMs, last[0]);
      }
    }
  }
  if (known.length > 0) {
    for (const [id, sample] of await history.newest(known, fromMs)) newest.set(id, sample);
  }
  if (unknown.length > 0) {
    const anyTime = Number.NEGATIVE_INFINITY;
    for (const [id, sample] of await history.newest(unknown, anyTime)) newest.set(id, sample);
  }
  return newest;
}

function liveSensor(
  series: readonly Series[],
  about: {
    state: State | undefined;
    newest: ReadonlyMap<number, { timeMs: number; value: number }>;
    isSilent: boolean;
  },
): LiveSensor | undefined {
  const last = new Map<string, { timeMs: number; value: number }>();
  for (const { id, metric } of series) {
    const sample = about.newest.get(id);
    if (sample) last.set(metric, sample);
  }
  if (last.size === 0) return undefined;
  return {
    lastSeenMs: Math.max(...Array.from(last.values(), ({ timeMs }) => timeMs)),
    cadenceMs: about.state && intervalOf(about.state.c),
    skewMs: about.state?.k ?? undefined,
    status: about.isSilent ? 'silent' : 'ok',
    last,
  };
}

function intervalOf(remembered: CadenceState): number | undefined {
  const cadence = new Cadence();
  cadence.restore(remembered);
  return cadence.intervalMs;
}
