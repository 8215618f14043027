import { systemCaller } from '#domain/caller.ts';
import { SELF_CUSTOMER } from '#domain/self-watch.ts';
import type { OperationServices } from '#operations/context.ts';
import type { LifecycleStep } from '#platform/shutdown.ts';
import { SelfWatch } from '#services/self-watch/self-watch.ts';
import type { AppContext } from './app-storage.ts';
import type { OwnKeys } from './own-keys.ts';

// Tested by: services/self-watch/self-watch.test.ts

/** The platform's watch over itself. */
export function createSelfWatch(
  { config, logger, metrics }: AppContext,
  { services, url, keys }: { services(): OperationServices; url(): string; keys: OwnKeys },
): LifecycleStep {
  const caller = systemCaller(SELF_CUSTOMER);
  const { key } = keys.issue({ ...caller, scopes: ['ingest'] });
  let watch: SelfWatch | undefined;
  return {
    name: 'self-watch',
    start() {
      watch = new SelfWatch({
        ctx: { ...services(), caller },
        intervalMs: config.canaryMs,
        url,
        key,
        heartbeatUrl: config.heartbeatUrl,
        log: logger,
        metrics,
      });
      watch.start();
    },
    stop: () => watch?.stop(),
  };
}
