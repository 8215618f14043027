import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { Processor } from '#services/processor/processor.ts';
import type { AppContext, AppStorage } from './app-storage.ts';

/** The processor of every reading, not started. */
export function createProcessor(
  { config, clock, logger, metrics, bus }: AppContext,
  { state, commits, history }: AppStorage,
): Processor {
  return new Processor({
    state,
    commits,
    history,
    bus,
    clock,
    log: logger,
    limits: config.limits,
    customers: [MAIN_CUSTOMER],
    autoRegister: config.autoRegister,
    lateAfterMs: config.lateAfterMs,
    queueBytes: config.queueBytes,
    onCommitted: ({ group, commitMs }) => {
      metrics.commit.observe(commitMs / 1000);
      metrics.samples.total += group.columns.count;
      for (const { transition } of group.fired) {
        metrics.alertChanges.add({ change: transition.change, severity: transition.severity });
      }
    },
  });
}
