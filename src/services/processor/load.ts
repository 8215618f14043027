import { parseOutOfService } from '#domain/out-of-service.ts';
import type { Rule } from '#domain/rule.ts';
import type { CommitStore, JournalEntry } from '#storage/commit-store.ts';
import { shelves } from '#storage/state/alarms.ts';
import { documentPages } from '#storage/state/documents.ts';
import {
  keepHashes,
  openAlertRows,
  sensorPages,
  sensorStatePages,
  seriesPages,
} from '#storage/state/fleet-rows.ts';
import type { AlertsTable, SensorsTable } from '#storage/state/schema.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import type { ProcessorDependencies } from './dependencies.ts';
import { Fleet } from './fleet.ts';
import { BlockIds } from './ids.ts';
import { attachRules, RuleBook } from './rule-book.ts';
import { SensorEntry } from './sensor-entry.ts';
import { restoreState } from './stages/checkpoint.ts';
import type { Evaluator } from './stages/evaluate.ts';
import type { Timers } from './timers.ts';

// Tested by: processor.test.ts

export type BrokenRule = (rule: Rule, error: unknown) => void;

export async function loadBook(
  db: StateDb,
  customer: string,
  onBroken: BrokenRule,
): Promise<RuleBook> {
  const book = new RuleBook([], onBroken);
  for await (const rows of documentPages(db, { customer, kind: 'rule' })) {
    book.add(rows.map(({ body }) => JSON.parse(body) as Rule));
  }
  return book;
}

export function sensorFromRow(row: SensorsTable): SensorEntry {
  const sensor = new SensorEntry(row.pk, row.customer, row.sensor_id);
  applySensorRow(sensor, row);
  return sensor;
}

/** Takes over what people may change of a sensor. */
export function applySensorRow(sensor: SensorEntry, row: SensorsTable): void {
  sensor.name = row.name;
  sensor.location = row.location;
  sensor.labels = JSON.parse(row.labels) as Record<string, string>;
  sensor.calibrationDateMs = row.calibration_date ?? undefined;
  sensor.updateWithinMs = row.update_within ?? undefined;
  sensor.registeredMs = row.registered_at;
  sensor.parentId = row.parent_id;
  sensor.outOfService = parseOutOfService(row.out_of_service);
  sensor.lastMetadata = undefined;
}

/** Gives a customer whom nobody has heard of before their rules. */
export async function meetCustomer(
  { fleet, db, onBroken }: { fleet: Fleet; db: StateDb; onBroken: BrokenRule },
  customer: string,
): Promise<void> {
  const book = await loadBook(db, customer, onBroken);
  fleet.setBook(customer, book);
  for (const sensor of fleet.sensorsOf(customer).values()) attachRules(sensor, book);
}

/**
 * The fleet as it was when the platform stopped: what was remembered, brought up to the last journal
 * entry by replaying those after it. Open alerts are given to their rules; `orphans` are those whose
 * rule or sensor is gone. `foreign` sensors were remembered by another journal (of a shard that had them before).
 */
export async function loadFleet(
  db: StateDb,
  commits: CommitStore,
  {
    customers,
    onBroken,
    nowMs,
    partition,
  }: {
    customers: readonly string[];
    onBroken: BrokenRule;
    nowMs: number;
    partition?: ProcessorDependencies['partition'];
  },
): Promise<{ fleet: Fleet; orphans: AlertsTable[]; foreign: SensorEntry[] }> {
  const owns = (customer: string, sensorId: string) => partition?.holds(customer, sensorId) ?? true;
  // With a single partition everything is in it.
  const share = partition !== undefined && partition.count > 1 ? partition : undefined;
  const fleet = new Fleet(commits.reserveIds && (() => new BlockIds()));
  for (const customer of customers) fleet.setBook(customer, await loadBook(db, customer, onBroken));
  const byPk = new Map<number, SensorEntry>();
  for await (const rows of sensorPages(db, share)) {
    for (const row of rows) {
      if (!owns(row.customer, row.sensor_id)) continue;
      const sensor = sensorFromRow(row);
      fleet.add(sensor);
      byPk.set(sensor.pk, sensor);
    }
    if (share !== undefined)
      await keepHashes(
        db,
        rows.filter(({ pk }) => byPk.has(pk)),
      );
  }
  for await (const rows of seriesPages(db, share)) {
    for (const row of rows) {
      const sensor = byPk.get(row.sensor_pk);
      if (sensor) fleet.addStoredSeries(sensor, row);
      else {
        // Of a sensor that was removed: its ids are never given out again.
        fleet.sensorIds.taken(row.sensor_pk);
        fleet.seriesIds.taken(row.id);
      }
    }
  }
  for (const sensor of byPk.values()) {
    let book = fleet.bookOf(sensor.customer);
    if (book === undefined) {
      book = await loadBook(db, sensor.customer, onBroken);
      fleet.setBook(sensor.customer, book);
    }
    attachRules(sensor, book);
  }
  for await (const rows of sensorStatePages(db, share)) {
    for (const row of rows) {
      const sensor = byPk.get(row.sensor_pk);
      if (sensor) restoreState(sensor, row);
    }
  }
  const orphans: AlertsTable[] = [];
  for (const row of await openAlertRows(db, share)) {
    const instance = byPk
      .get(row.sensor_pk)
      ?.instances.find(({ rule }) => rule.rule.id === row.rule_id);
    if (instance) instance.alert = row;
    else if (owns(row.customer, row.sensor_id)) orphans.push(row);
  }
  for (const { sensorPk, ruleId, shelf } of await shelves(db, nowMs, share)) {
    const instance = byPk.get(sensorPk)?.instances.find(({ rule }) => rule.rule.id === ruleId);
    if (instance) instance.shelf = shelf;
  }
  const lastJournalId = await commits.lastJournalId();
  const foreign = [...byPk.values()].filter(({ asOf }) => asOf > lastJournalId);
  for (const sensor of foreign) sensor.asOf = lastJournalId;
  return { fleet, orphans, foreign };
}

/** Runs the journal past the remembered states once more; transitions were made durable the first time. */
export async function replayJournal(
  fleet: Fleet,
  commits: CommitStore,
  evaluator: Evaluator,
): Promise<number> {
  let oldest = Number.POSITIVE_INFINITY;
  for (const sensor of fleet.all()) oldest = Math.min(oldest, sensor.asOf);
  if (!Number.isFinite(oldest)) oldest = 0;
  let replayed = 0;
  for await (const entry of commits.journalAfter(oldest)) {
    const { count } = entry.samples;
    for (let at = 0; at < count; ) at = replayReading({ fleet, evaluator }, entry, at);
    replayed += count;
  }
  return replayed;
}

/** Samples that stand together with one time and one sensor came as one reading. */
function replayReading(
  { fleet, evaluator }: { fleet: Fleet; evaluator: Evaluator },
  { id, receivedMs, samples }: JournalEntry,
  first: number,
): number {
  const timeMs = samples.timesMs[first]!;
  const sensor = fleet.seriesById(samples.series[first]!)?.sensor;
  const shape: string[] = [];
  let at = first;
  while (at < samples.count && samples.timesMs[at] === timeMs) {
    const one = fleet.seriesById(samples.series[at]!);
    if (one?.sensor !== sensor || (one && shape.includes(one.metric))) break;
    if (one) shape.push(one.metric);
    at++;
  }
  const series = sensor?.seriesOf(shape);
  if (sensor !== undefined && series !== undefined && sensor.asOf < id) {
    const values = samples.values.subarray(first, at);
    evaluator.replay({ sensor, series, timeMs, receivedMs, values, offset: 0 });
  }
  return Math.max(at, first + 1);
}

/** Puts every rule that wants the clock into the timers. */
export function scheduleAll(fleet: Fleet, timers: Timers): void {
  timers.clear();
  for (const sensor of fleet.all()) {
    for (const instance of sensor.instances) {
      instance.scheduledMs = Number.POSITIVE_INFINITY;
      timers.schedule(instance);
    }
  }
}

/**
 * While the platform was away nothing could come in: silence is counted from the start on, except where it
 * had been told already.
 */
export function excuseOwnAbsence(fleet: Fleet, nowMs: number): void {
  for (const sensor of fleet.all()) {
    const isTold = sensor.instances.some(({ rule, alert }) => rule.kind === 'silent' && alert);
    if (!isTold && sensor.lastReceivedMs !== undefined) sensor.lastReceivedMs = nowMs;
  }
}
