import type { Logger } from './logging.ts';

export interface LifecycleStep {
  name: string;
  /** Starts what `stop` stops. When it throws it must have cleaned up after itself: its own `stop` is not called. */
  start(): Promise<void> | void;
  /** Must be done within `deadlineMs`; what is not done by then is left behind and logged. */
  stop?(deadlineMs: number): Promise<void> | void;
}

export interface LifecycleOptions {
  steps: readonly LifecycleStep[];
  logger: Logger;
  /** For all steps together. */
  stopTimeoutMs?: number;
}

export interface Lifecycle {
  /** Stops in reverse order of the start; never rejects; answers the names of steps that failed or took too long. A second call awaits the first. */
  stop(): Promise<string[]>;
}

/** Of the time that is left a step gets this much, so that a sender who hangs leaves the storage time to close. */
const STEP_SHARE = 0.5;
/** However late it is, a step gets this long. */
const LEAST_STOP_MS = 250;

/**
 * Starts the steps in order. When one fails, those before it are stopped in reverse and the failure is thrown.
 */
export async function runLifecycle(options: LifecycleOptions): Promise<Lifecycle> {
  const { steps, logger, stopTimeoutMs = 10_000 } = options;
  const started: LifecycleStep[] = [];

  async function stopAll(): Promise<string[]> {
    const failed: string[] = [];
    const endMs = performance.now() + stopTimeoutMs;
    for (const step of started.splice(0).reverse()) {
      const deadlineMs = Math.max(LEAST_STOP_MS, (endMs - performance.now()) * STEP_SHARE);
      try {
        await within(deadlineMs, () => step.stop?.(deadlineMs));
      } catch (error) {
        failed.push(step.name);
        logger.error({ err: error, step: step.name }, 'could not be stopped cleanly');
      }
    }
    return failed;
  }

  for (const step of steps) {
    try {
      await step.start();
      started.push(step);
    } catch (error) {
      await stopAll();
      throw error;
    }
  }
  let stopping: Promise<string[]> | undefined;
  return {
    stop: () => {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

/** Rejects when `work` is not done in time; the work itself goes on. */
async function within(deadlineMs: number, work: () => Promise<void> | void): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`not stopped within ${Math.round(deadlineMs)} ms`)),
    deadlineMs,
  );
  try {
    await Promise.race([Promise.try(work), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
