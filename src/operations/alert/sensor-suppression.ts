import { isOutOfService, parseOutOfService } from '#domain/out-of-service.ts';
import {
  type PreparedWindow,
  suppressedByWindow,
  windowOpenFor,
} from '#engine/alarms/maintenance.ts';
import type { SensorsTable } from '#storage/state/schema.ts';

/** What ends without anybody saying so is looked up again after so long. */
const LOOK_AGAIN_MS = 60_000;

/**
 * What keeps people from being told of what a rule finds on a sensor at a moment, and when that may be otherwise: it is
 * out of service, or maintained.
 */
export function sensorSuppression(
  sensor: SensorsTable | undefined,
  {
    sensorId,
    ruleId,
    windows,
    nowMs,
  }: { sensorId: string; ruleId: string; windows: readonly PreparedWindow[]; nowMs: number },
): { by: string; untilMs: number } | undefined {
  const service = parseOutOfService(sensor?.out_of_service ?? null);
  if (service !== null && isOutOfService(service, { ruleId, nowMs }))
    return { by: 'out-of-service', untilMs: service.untilMs ?? nowMs + LOOK_AGAIN_MS };
  if (windows.length === 0) return undefined;
  const labels = JSON.parse(sensor?.labels ?? '{}') as Record<string, string>;
  const open = windowOpenFor(windows, { id: sensorId, labels }, nowMs);
  return open && { by: suppressedByWindow(open.id), untilMs: open.toMs };
}
