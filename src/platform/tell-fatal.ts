import type { Logger } from './logging.ts';

// Tested by: test/e2e/process-log.test.ts

/**
 * Says in the log what ends the process where nobody caught it: whoever gathers logs sees what Node prints on standard
 * error seldom or never. The process ends as it would have, with 1. The last lines are written however it ends.
 */
export function tellFatal(log: Pick<Logger, 'fatal' | 'flush'>): void {
  process.on('uncaughtExceptionMonitor', (error, origin) =>
    log.fatal({ err: error, origin }, 'the process ends: an error that nobody caught'),
  );
  process.on('exit', () => log.flush());
}
