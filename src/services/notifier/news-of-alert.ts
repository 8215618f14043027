import type { NotificationPayload } from '#domain/notification-payload.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import type { FollowUpFacts } from '#engine/routing/follow-up.ts';
import type { Routing } from '#engine/routing/prepare-routing.ts';
import { type RouteTarget, routeAlert } from '#engine/routing/route-alert.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import { latestPayload } from '#storage/state/told.ts';

// Tested by: test/e2e/alert-lifecycle.test.ts

interface News {
  targets: readonly RouteTarget[];
  as: 'raised' | 'severity_changed';
  previousSeverity: Severity | null;
  repeatMs: number | null;
}

/** What happened to an alert while nobody was told: it is not known at all (any more), or has become worse than was told. */
export async function newsOfAlert(
  db: StateDb,
  alert: AlertsTable,
  { change, routing, nowMs }: { change: FollowUpFacts['alert']; routing: Routing; nowMs: number },
): Promise<News> {
  if (alert.told === 0) {
    const { targets, repeatMs } = routeAlert({ ...change, type: 'raised', atMs: nowMs }, routing);
    return { targets, as: 'raised', previousSeverity: null, repeatMs };
  }
  const lastTold = await lastSeverity(db, alert);
  const isWorse =
    lastTold !== null && SEVERITIES.indexOf(change.severity) > SEVERITIES.indexOf(lastTold);
  if (!isWorse) return { targets: [], as: 'raised', previousSeverity: null, repeatMs: null };
  const worse = {
    ...change,
    type: 'severity_changed',
    previousSeverity: lastTold,
    atMs: nowMs,
  } as const;
  const { targets, repeatMs } = routeAlert(worse, routing);
  return { targets, as: 'severity_changed', previousSeverity: lastTold, repeatMs };
}

/** The severity that was told last; null where nothing was. */
async function lastSeverity(db: StateDb, alert: AlertsTable): Promise<Severity | null> {
  const payload = await latestPayload(db, alert.id);
  return payload === undefined ? null : (JSON.parse(payload) as NotificationPayload).alert.severity;
}
