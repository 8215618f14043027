import { hostname } from 'node:os';
import { uuidV7 } from '#platform/ids.ts';
import { JournalKeeper } from '#services/processor/journal-keeper.ts';
import { RetentionKeeper } from '#services/processor/retention-keeper.ts';
import { claimDueAs } from '#storage/postgres/claim-due.ts';
import { withLease } from '#storage/postgres/lease.ts';
import { measureDatabase } from '#storage/postgres/measure-database.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { createChangeFeed } from '#storage/postgres/published-changes.ts';
import { RollupKeeper } from '#storage/postgres/rollup-keeper.ts';
import type { Shard } from '#storage/postgres/shard.ts';
import { createStorageMeter } from '#storage/storage-meter.ts';
import { type AppContext, type AppStorage, built } from './app-storage.ts';
import { createProcessLink } from './process-link.ts';

// Tested by: test/scale/postgres-app.test.ts

/** The shard of a fleet that is judged by one process. */
const ONLY_SHARD = 0;

/** One database for any number of processes. */
export function createPostgresStorage(context: AppContext, url: string): AppStorage {
  const { config, clock, logger } = context;
  /** Told to others that stand by, so it says where to look; unique, so it says who has claimed what. */
  const owner = `${hostname()}/${process.pid}/${uuidV7(clock.now())}`;
  let database: PostgresStorage | undefined;
  let commits: Shard | undefined;
  const now = () => clock.now();
  const link = createProcessLink(context, { url, owner, database: () => built(database) });

  return {
    steps: [
      {
        name: 'database',
        async start() {
          database = await openPostgres({ url, log: logger, now, owner });
          commits = database.shard(ONLY_SHARD, 'wait');
        },
        async stop() {
          await built(commits).close();
          await built(database).close();
        },
      },
      link,
    ],
    get state() {
      return built(database).state;
    },
    get history() {
      return built(database).history;
    },
    get commits() {
      return built(commits);
    },
    get shared() {
      const { history, pool } = built(database);
      return {
        claimDue: claimDueAs(owner),
        inTurn: (work: () => Promise<void>) => withLease(pool, 'repeats', work),
        newest: history,
        changes: createChangeFeed(pool),
        brokerChanges: createChangeFeed(pool, 'broker'),
        shard: (number: number) => built(database).shard(number, 'take'),
        reserveSensorId: async () => {
          const { rows } = await pool.query<{ id: number }>(
            "SELECT nextval('sensor_pks')::integer AS id",
          );
          return rows[0]!.id;
        },
      };
    },
    backups: undefined,
    meter: createStorageMeter(() => {
      const { pool, capabilities } = built(database);
      return measureDatabase(pool, { url, capabilities });
    }, clock),
    // Commits write the history themselves.
    loadedThrough: () => Number.POSITIVE_INFINITY,
    check: async () => {
      await built(database).pool.query('SELECT 1');
    },
    keepers(processor) {
      let stop: (() => Promise<void>) | undefined;
      return {
        name: 'keepers',
        start() {
          const { history, state, pool, capabilities } = built(database);
          const journal =
            processor &&
            new JournalKeeper({
              processor,
              commits: built(commits),
              loadedThrough: () => Number.POSITIVE_INFINITY,
              log: logger,
            });
          const retention = new RetentionKeeper({
            history,
            state,
            clock,
            retentionMs: config.limits.retentionMs,
            log: logger,
            inTurn: (work: () => Promise<void>) => withLease(pool, 'retention', work),
          });
          const rollups = new RollupKeeper({ pool, capabilities, now, log: logger });
          journal?.start();
          retention.start();
          rollups.start();
          stop = async () => {
            retention.stop();
            await Promise.all([journal?.stop(), rollups.stop()]);
          };
        },
        stop: () => stop?.(),
      };
    },
  };
}
