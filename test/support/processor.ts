import { rmSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '#domain/reading.ts';
import type { RuleInput } from '#domain/rule.ts';
import { type Clock, formatTime, systemClock } from '#domain/time.ts';
import { createLogger } from '#platform/logging.ts';
import { parseJson } from '#services/gateway/formats/json.ts';
import { followChanges } from '#services/processor/follow-changes.ts';
import { Processor } from '#services/processor/processor.ts';
import type { CommitStore } from '#storage/commit-store.ts';
import {
  type EmbeddedHistory,
  openEmbeddedHistory,
} from '#storage/embedded/history/embedded-history.ts';
import { type EmbeddedState, openEmbeddedState } from '#storage/embedded/open-state.ts';
import { Bus } from '#stream/bus.ts';
import type { IngestOutcome } from '#stream/reading-stream.ts';
import { temporaryFolder } from './spawn-platform.ts';

export interface TestProcessor {
  processor: Processor;
  storage: EmbeddedState;
  history: EmbeddedHistory;
  bus: Bus;
  /** Sends readings in the contract's shape. */
  send(readings: unknown, customer?: string): Promise<IngestOutcome>;
  putRule(rule: RuleInput, customer?: string): Promise<void>;
  /** Writes a rule without telling anybody. */
  storeRule(rule: RuleInput, customer?: string): Promise<void>;
  removeRule(id: string): Promise<void>;
  /** Ends it as a crash would (nothing is remembered at the end) or as a stop, and starts it again. */
  restart(how: 'crash' | 'stop'): Promise<void>;
}

interface Options {
  limits?: Partial<Limits>;
  autoRegister?: boolean;
  lateAfterMs?: number;
  clock?: Clock;
  /** Told of every thread that the state store starts. */
  onWorker?(worker: Worker): void;
  /** What the processor commits to, in place of the store itself. */
  commits?(store: CommitStore): CommitStore;
}

/** A processor over the real embedded stores in a folder of its own; gone when the test is. */
export async function createProcessor(options: Options = {}): Promise<TestProcessor> {
  const folder = temporaryFolder('processor');
  const bus = new Bus();
  const clock = options.clock ?? systemClock;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const log = createLogger({ level: 'silent' });
  let stopFollowing = (): void => undefined;
  let revision = 0;

  async function open(): Promise<Pick<TestProcessor, 'processor' | 'storage' | 'history'>> {
    const storage = await openEmbeddedState(folder.path, {
      onWorker: (worker) => options.onWorker?.(worker),
    });
    const history = await openEmbeddedHistory({ dataDir: folder.path, onError: () => undefined });
    const processor = new Processor({
      state: storage.state,
      commits: options.commits?.(storage.commits) ?? storage.commits,
      history,
      bus,
      clock,
      log,
      limits,
      customers: ['main'],
      autoRegister: options.autoRegister ?? true,
      lateAfterMs: options.lateAfterMs ?? 600_000,
      queueBytes: 64 * 1024 * 1024,
    });
    stopFollowing = followChanges(processor, { bus, db: storage.state.db, log });
    await processor.start();
    return { processor, storage, history };
  }

  const test: TestProcessor = {
    ...(await open()),
    bus,
    send(readings, customer = 'main') {
      const bytes = Buffer.from(JSON.stringify(readings));
      const receivedMs = clock.now();
      return test.processor.publish({
        customer,
        source: 'http',
        receivedMs,
        bytes: bytes.length,
        parsed: parseJson(bytes, { limits, receivedMs }),
      });
    },
    async putRule(rule, customer = 'main') {
      await test.storeRule(rule, customer);
      bus.publish('rules.changed', { customer, ruleId: rule.id ?? 'rule' });
      await test.processor.run(() => undefined);
    },
    async storeRule(rule, customer = 'main') {
      const now = clock.now();
      const id = rule.id ?? 'rule';
      const body = {
        enabled: true,
        ...rule,
        id,
        revision: ++revision,
        created_at: formatTime(now),
        updated_at: formatTime(now),
      };
      const row = {
        customer,
        kind: 'rule' as const,
        id,
        revision,
        body: JSON.stringify(body),
        created_at: now,
        updated_at: now,
      };
      await test.storage.state.db
        .insertInto('documents')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['customer', 'kind', 'id']).doUpdateSet({
            ...{ revision, body: row.body },
            ...{ created_at: now, updated_at: now },
          }),
        )
        .execute();
    },
    async removeRule(id) {
      await test.storage.state.db
        .deleteFrom('documents')
        .where('kind', '=', 'rule')
        .where('id', '=', id)
        .execute();
      bus.publish('rules.changed', { customer: 'main', ruleId: id });
      await test.processor.run(() => undefined);
    },
    async restart(how) {
      stopFollowing();
      if (how === 'stop') await test.processor.stop();
      else await test.processor.abandon();
      await test.history.close();
      await test.storage.close();
      Object.assign(test, await open());
    },
  };
  onTestFinished(async () => {
    stopFollowing();
    await test.processor.abandon();
    await test.history.close();
    await test.storage.close();
    rmSync(folder.path, { recursive: true, force: true });
  });
  return test;
}
