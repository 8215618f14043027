import { afterAll, beforeAll, describe, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { alarmCountsContract } from '#storage/contract/alarm-counts.contract.ts';
import { alarmsContract } from '#storage/contract/alarms.contract.ts';
import { bundlesContract } from '#storage/contract/bundles.contract.ts';
import { commitStoreContract } from '#storage/contract/commit-store.contract.ts';
import { documentSearchContract } from '#storage/contract/document-search.contract.ts';
import { fleetContract } from '#storage/contract/fleet.contract.ts';
import { historyStoreContract } from '#storage/contract/history-store.contract.ts';
import { outboxContract } from '#storage/contract/outbox.contract.ts';
import { selfWatchContract } from '#storage/contract/self-watch.contract.ts';
import { stateStoreContract } from '#storage/contract/state-store.contract.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import type { Shard } from '#storage/postgres/shard.ts';
import { emptyUnit } from '#test/support/commit-units.ts';
import {
  createCluster,
  hasTimescale,
  postgresObstacle,
  type TestCluster,
} from '#test/support/postgres.ts';

const log = createLogger({ level: 'silent' });
let cluster: TestCluster;

async function open(url: string, useExtension: boolean): Promise<PostgresStorage> {
  return openPostgres({ url, log, now: Date.now, owner: 'test', useExtension });
}

const engines = [
  { name: 'PostgreSQL', useExtension: false, obstacle: postgresObstacle },
  {
    name: 'TimescaleDB',
    useExtension: true,
    obstacle: hasTimescale ? undefined : 'the TimescaleDB extension is not built here',
  },
];

if (postgresObstacle === undefined) {
  beforeAll(async () => {
    cluster = await createCluster();
  }, 60_000);
  afterAll(() => cluster.remove());
}

for (const { name, useExtension, obstacle } of engines) {
  if (obstacle !== undefined) {
    // Where everything is checked a missing server fails; the extension is in no package registry.
    test(`${name}: left out`, ({ skip }) => skip(obstacle));
    continue;
  }

  describe(name, () => {
    async function createStore() {
      const storage = await open(await cluster.createDatabase(), useExtension);
      return { ...storage.state, close: () => storage.close() };
    }
    stateStoreContract(name, createStore);
    documentSearchContract(name, createStore);
    outboxContract(name, createStore);
    bundlesContract(name, createStore);
    alarmCountsContract(name, createStore);
    alarmsContract(name, createStore);
    selfWatchContract(name, createStore);
    fleetContract(name, createStore);

    commitStoreContract(name, async () => {
      const url = await cluster.createDatabase();
      let storage = await open(url, useExtension);
      let shard: Shard = storage.shard(0, 'wait');
      await shard.probe();
      return {
        get commits() {
          return shard;
        },
        get state() {
          return storage.state;
        },
        async reopen() {
          await shard.close();
          await storage.close();
          storage = await open(url, useExtension);
          shard = storage.shard(0, 'wait');
        },
        async close() {
          await shard.close();
          await storage.close();
        },
      };
    });

    historyStoreContract(name, async () => {
      const storage = await open(await cluster.createDatabase(), useExtension);
      const shard = storage.shard(0, 'wait');
      let journalId = 0;
      return {
        history: storage.history,
        commit: (samples, receivedMs) =>
          shard.commit({ ...emptyUnit(++journalId, samples), receivedMs }, 0),
        async dispose() {
          await storage.history.close();
          await shard.close();
          await storage.close();
        },
      };
    });
  });
}
