import type { ClientBase } from 'pg';
import type { CommitUnit } from '../commit-store.ts';

// Tested by: test/scale/postgres-store.test.ts

type Row = object;

/**
 * Text that the engine can hold: it knows no NUL character and no half of a surrogate pair, and what arrives from
 * sensors (in dead letters, labels, names) may hold both.
 */
export function storable(text: string): string {
  return text.includes('\0')
    ? text.replaceAll('\0', '\u{FFFD}').toWellFormed()
    : text.toWellFormed();
}

const toJson = (rows: readonly Row[]): string =>
  JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? storable(value) : value,
  );

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Rows that name the same columns, together. */
function byColumns(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = Object.keys(row).join();
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** One statement for any number of rows: they travel as one JSON text. */
export async function insertAll(
  client: ClientBase,
  table: string,
  { rows, conflict = '' }: { rows: readonly Row[]; conflict?: string },
): Promise<void> {
  for (const group of byColumns(rows).values()) {
    const columns = quoted(Object.keys(group[0]!));
    await client.query(
      `INSERT INTO ${table} (${columns})
       SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1) ${conflict}`,
      [toJson(group)],
    );
  }
}

async function updateAll(
  client: ClientBase,
  table: string,
  { rows, key }: { rows: readonly Row[]; key: string },
): Promise<void> {
  for (const group of byColumns(inOrder(rows, key)).values()) {
    const names = Object.keys(group[0]!).filter((name) => name !== key);
    if (names.length === 0) continue;
    const sets = names.map((name) => `"${name}" = given."${name}"`).join(', ');
    await client.query(
      `UPDATE ${table} AS stored SET ${sets}
       FROM json_populate_recordset(NULL::${table}, $1) AS given WHERE stored."${key}" = given."${key}"`,
      [toJson(group)],
    );
  }
}

/** A set-based UPDATE takes one row for each key: later changes of one thing are laid over the earlier ones. */
function inOrder(rows: readonly Row[], key: string): Row[] {
  const merged = new Map<unknown, Row>();
  for (const row of rows) {
    const id = (row as Record<string, unknown>)[key];
    merged.set(id, { ...merged.get(id), ...row });
  }
  return [...merged.values()];
}

/** Writes a unit but for its samples; the caller holds the transaction. */
export async function writeLists(client: ClientBase, unit: CommitUnit): Promise<void> {
  await insertAll(client, 'sensors', { rows: unit.newSensors });
  await updateAll(client, 'sensors', { rows: unit.sensorUpdates, key: 'pk' });
  await insertAll(client, 'series', { rows: unit.newSeries });
  await updateAll(client, 'series', { rows: unit.seriesUpdates, key: 'id' });
  await insertAll(client, 'alerts', { rows: unit.newAlerts });
  await updateAll(client, 'alerts', { rows: unit.alertUpdates, key: 'id' });
  await insertAll(client, 'alert_history', { rows: unit.alertChanges });
  await insertAll(client, 'notifications', { rows: unit.notifications });
  await insertAll(client, 'dead_letters', { rows: unit.deadLetters });
  await insertAll(client, 'audit', { rows: unit.audit });
  if (unit.removedSensors.length > 0) {
    await client.query('DELETE FROM sensors WHERE pk = ANY($1)', [unit.removedSensors]);
    await client.query('DELETE FROM sensor_states WHERE sensor_pk = ANY($1)', [
      unit.removedSensors,
    ]);
  }
  await insertAll(client, 'sensor_states', {
    rows: inOrder(unit.sensorStates, 'sensor_pk'),
    conflict:
      'ON CONFLICT (sensor_pk) DO UPDATE SET as_of = excluded.as_of, state = excluded.state',
  });
}
