import { MAIN_CUSTOMER } from '#domain/caller.ts';
import type { ProcessorDependencies } from '#services/processor/dependencies.ts';
import { Processor } from '#services/processor/processor.ts';
import type { AppContext, AppStorage } from './app-storage.ts';

/** The processor of every reading, not started. */
export function createProcessor(context: AppContext, storage: AppStorage): Processor {
  const { commits } = storage;
  return new Processor({ ...commonDependencies(context, storage), commits, clock: context.clock });
}

/** What processors are given whichever readings they judge. */
export function commonDependencies(
  { config, logger, metrics, bus }: AppContext,
  { state, history }: AppStorage,
): Omit<ProcessorDependencies, 'commits' | 'clock'> {
  return {
    state,
    history,
    bus,
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
  };
}
