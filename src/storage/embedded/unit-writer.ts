import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { WireUnit } from './state-protocol.ts';

// Tested by: test/contract/commit-store.test.ts

/** Rows as objects whose keys are column names. */
type Row = object;

/** Writes the parts of a unit with prepared statements; the caller holds the transaction. */
export function createUnitWriter(db: DatabaseSync): {
  write(unit: WireUnit): void;
  probe(): void;
} {
  const journal = db.prepare('INSERT INTO journal (id, received_at, samples) VALUES (?, ?, ?)');
  const inserts = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  function insertAll(table: string, rows: readonly Row[], conflict = ''): void {
    for (const row of rows) {
      const names = Object.keys(row);
      const key = `${table}|${names.join()}`;
      let statement = inserts.get(key);
      if (!statement) {
        const columns = names.map((name) => `"${name}"`).join(', ');
        const marks = names.map(() => '?').join(', ');
        statement = db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${marks}) ${conflict}`);
        inserts.set(key, statement);
      }
      statement.run(...(Object.values(row) as SQLInputValue[]));
    }
  }

  function updateAll(table: string, keyName: string, rows: readonly Row[]): void {
    for (const row of rows) {
      const names = Object.keys(row).filter((name) => name !== keyName);
      if (names.length === 0) continue;
      const key = `update ${table}|${names.join()}`;
      let statement = inserts.get(key);
      if (!statement) {
        const sets = names.map((name) => `"${name}" = ?`).join(', ');
        statement = db.prepare(`UPDATE ${table} SET ${sets} WHERE "${keyName}" = ?`);
        inserts.set(key, statement);
      }
      const values = row as Record<string, SQLInputValue>;
      statement.run(...names.map((name) => values[name] ?? null), values[keyName] ?? null);
    }
  }

  function writeLists(lists: NonNullable<WireUnit['lists']>): void {
    insertAll('sensors', lists.newSensors ?? []);
    updateAll('sensors', 'pk', lists.sensorUpdates ?? []);
    insertAll('series', lists.newSeries ?? []);
    updateAll('series', 'id', lists.seriesUpdates ?? []);
    insertAll('alerts', lists.newAlerts ?? []);
    updateAll('alerts', 'id', lists.alertUpdates ?? []);
    insertAll('alert_history', lists.alertChanges ?? []);
    insertAll('notifications', lists.notifications ?? []);
    insertAll('dead_letters', lists.deadLetters ?? []);
    insertAll('audit', lists.audit ?? []);
    for (const pk of lists.removedSensors ?? []) {
      db.prepare('DELETE FROM sensors WHERE pk = ?').run(pk);
      db.prepare('DELETE FROM sensor_states WHERE sensor_pk = ?').run(pk);
    }
    insertAll(
      'sensor_states',
      lists.sensorStates ?? [],
      'ON CONFLICT (sensor_pk) DO UPDATE SET as_of = excluded.as_of, state = excluded.state',
    );
  }

  return {
    write(unit) {
      if (unit.blob) journal.run(unit.journalId, unit.receivedMs, unit.blob);
      if (unit.lists) writeLists(unit.lists);
    },
    probe() {
      // As large as a middling group, so that a disk with a few free pages does not look well.
      db.exec('BEGIN IMMEDIATE');
      try {
        const statement = db.prepare(
          "INSERT INTO meta (key, value) VALUES ('probe', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        );
        statement.run('x'.repeat(1 << 20));
        statement.run('');
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
  };
}
