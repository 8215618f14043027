import { MAIN_CUSTOMER } from '#domain/caller.ts';
import type { PlatformSettings } from '#domain/platform-settings.ts';
import { formatDuration, formatTime } from '#domain/time.ts';
import { DEAD_LETTERS_KEPT } from '#storage/state/dead-letters.ts';
import { authorize, type OperationContext } from '../context.ts';

/**
 * How long what is kept, and within which limits; where it lies and how much room it takes only for administrators of
 * the customer that the platform started with: it is of all customers, and of the machine. Throws `forbidden`,
 * `storage_unavailable`.
 */
export async function getSettings({ ctx }: { ctx: OperationContext }): Promise<PlatformSettings> {
  authorize(ctx, 'read');
  const { limits } = ctx.settings;
  return {
    retention: {
      readings: Number.isFinite(limits.retentionMs) ? formatDuration(limits.retentionMs) : null,
      dead_letters: DEAD_LETTERS_KEPT,
    },
    limits: {
      body_bytes: limits.bodyBytes,
      readings_per_request: limits.readingsPerRequest,
      metrics_per_reading: limits.metricsPerReading,
      metrics_per_sensor: limits.metricsPerSensor,
      sensors: limits.sensorsPerCustomer,
      future: formatDuration(limits.futureMs),
    },
    storage: await storageFor(ctx),
  };
}

async function storageFor(ctx: OperationContext): Promise<PlatformSettings['storage']> {
  const { customer, scopes } = ctx.caller;
  if (customer !== MAIN_CUSTOMER || !scopes.includes('admin')) return null;
  const { engine, place, bytes, parts, freeBytes, measuredMs } = await ctx.meter.measure();
  return {
    ...{ engine, place, bytes, parts },
    free_bytes: freeBytes ?? null,
    measured_at: formatTime(measuredMs),
  };
}
