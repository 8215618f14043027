import { timingSafeEqual } from 'node:crypto';
import { systemCaller } from '#domain/caller.ts';
import { SELF_CUSTOMER } from '#domain/self-watch.ts';
import { newSecret } from '#operations/access/key-text.ts';
import type { OperationServices } from '#operations/context.ts';
import type { LifecycleStep } from '#platform/shutdown.ts';
import type { Credential } from '#services/gateway/authenticate.ts';
import { SelfWatch } from '#services/self-watch/self-watch.ts';
import type { AppContext } from './app-storage.ts';

// Tested by: services/self-watch/self-watch.test.ts

/** The platform's watch over itself, with a key to its own door that is in memory alone. */
export function createSelfWatch(
  { config, logger, metrics }: AppContext,
  { services, url }: { services(): OperationServices; url(): string },
): { step: LifecycleStep; credentialOf(key: string): Credential | undefined } {
  const key = newSecret();
  const caller = systemCaller(SELF_CUSTOMER);
  let watch: SelfWatch | undefined;
  return {
    credentialOf: (given) =>
      isSame(given, key) ? { caller: { ...caller, scopes: ['ingest'] }, rateLimit: 0 } : undefined,
    step: {
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
    },
  };
}

function isSame(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
