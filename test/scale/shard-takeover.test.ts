import { describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { openPostgres } from '#storage/postgres/open-postgres.ts';
import type { Shard } from '#storage/postgres/shard.ts';
import { ask } from '#test/support/ask-postgres.ts';
import { emptyUnit } from '#test/support/commit-units.ts';
import { createCluster, postgresObstacle } from '#test/support/postgres.ts';
import { createWireProxy } from '#test/support/postgres-wire.ts';

const SHARD = 3;

describe.skipIf(postgresObstacle !== undefined)('a shard that is taken over', () => {
  async function createDatabase(): Promise<{ url: string; port: number }> {
    const cluster = await createCluster();
    onTestFinished(() => cluster.remove());
    return { url: await cluster.createDatabase(), port: cluster.port };
  }

  async function shardAt(url: string, owner: string, number = SHARD): Promise<Shard> {
    const log = createLogger({ level: 'silent' });
    const storage = await openPostgres({ url, log, now: Date.now, owner });
    const shard = storage.shard(number, 'take');
    onTestFinished(async () => {
      await shard.close();
      await storage.close();
    });
    await shard.probe();
    return shard;
  }

  test('does not wait for a transaction whose owner is gone without a word, and leaves other shards alone', async () => {
    const { url, port } = await createDatabase();
    const wire = await createWireProxy(port, onTestFinished);
    const through = new URL(url);
    through.port = String(wire.port);
    const beside = await shardAt(url, 'beside', SHARD + 1);
    const first = await shardAt(through.href, 'first');
    await first.commit({ ...emptyUnit(1), nextOffset: 10 }, 0);

    const halting = wire.haltAt({
      passes: 'none',
      matches: ({ session, text }) => session === `vigie shard ${SHARD}` && text === 'COMMIT',
    });
    const lost = first.commit({ ...emptyUnit(2), nextOffset: 20 }, 0);
    lost.catch(() => undefined);
    const halted = await halting;
    halted.isolate();
    // A statement that waits for so long as 10 s is refused: this one does not.
    const second = await shardAt(url, 'second');
    expect(second.nextOffset).toBe(10);
    await second.commit({ ...emptyUnit(2), nextOffset: 15 }, 0);
    halted.deliver();
    await expect(lost).rejects.toMatchObject({ code: 'storage_unavailable' });
    await beside.commit({ ...emptyUnit(1), nextOffset: 7 }, 0);
    expect(
      await ask(url, 'SELECT shard, owner, last_journal_id, next_offset FROM shards ORDER BY 1'),
    ).toMatchObject([
      { shard: SHARD, owner: 'second', next_offset: '15' },
      { shard: SHARD + 1, owner: 'beside', next_offset: '7' },
    ]);
  });

  test('takes nothing more from the one before, where its session could not be told', async () => {
    const { url } = await createDatabase();
    const first = await shardAt(`${url}?application_name=elsewhere`, 'first');
    await first.commit({ ...emptyUnit(1), nextOffset: 10 }, 0);
    const second = await shardAt(url, 'second');
    await expect(first.commit({ ...emptyUnit(2), nextOffset: 20 }, 0)).rejects.toMatchObject({
      code: 'standing_by',
    });
    await second.commit({ ...emptyUnit(2), nextOffset: 15 }, 0);
    expect(await ask(url, 'SELECT owner, next_offset FROM shards')).toEqual([
      { owner: 'second', next_offset: '15' },
    ]);
  });
});
