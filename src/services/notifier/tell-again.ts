import { VigieError } from '#domain/errors.ts';
import type { ToldBefore } from '#domain/notification-payload.ts';
import type { Severity } from '#domain/rule.ts';
import { formatTime } from '#domain/time.ts';
import { isHushed } from '#engine/alarms/hush.ts';
import { type FollowUpFacts, type FollowUpTarget, followUp } from '#engine/routing/follow-up.ts';
import type { Routing } from '#engine/routing/prepare-routing.ts';
import { holdFor, tellsOf } from '#engine/routing/route-alert.ts';
import { loadRouting } from '#operations/policy/load-routing.ts';
import { moveAlert } from '#storage/state/alarms.ts';
import { advanceRepeat, findDueRepeats, insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';
import type { StateDb, StateStore } from '#storage/state/state-store.ts';
import {
  contactsWaiting,
  firstTold,
  notificationsOfAlert,
  toldContacts,
} from '#storage/state/told.ts';
import { type AlertTexts, loadTexts, payloadNow } from './alert-texts.ts';
import { followUpRow } from './follow-up-row.ts';
import { lookAtAlert } from './look-at-alert.ts';
import { newsOfAlert } from './news-of-alert.ts';
import { rowsOfSeverity } from './rows-of-severity.ts';

const ALERTS_A_TIME = 50;
const AFTER_FAILURE_MS = 60_000;

interface Due {
  alert: AlertsTable;
  routing: Routing;
  nowMs: number;
}

/**
 * Sees to alerts whose time has come: of those that nobody has acknowledged, the next step of their policies is told, or
 * what was told is told again; of those that have cleared, whoever was told by a later step hears it. Answers whether there
 * may be more. What becomes of an alert is decided by its row: where another notifier or a person was faster, nobody is
 * told. Who still waits for an earlier notification of the alert is left out of repeats: a receiver that is down for
 * hours does not find them piled up. One that cannot be seen to is tried again a minute later, so that it does not keep
 * the others waiting; where the store fails, that is thrown.
 */
export async function tellAgain(
  state: StateStore,
  nowMs: number,
  { onChanged = () => undefined, onFailed = () => undefined }: AlertEvents = {},
): Promise<boolean> {
  const alerts = await findDueRepeats(state.db, { nowMs, limit: ALERTS_A_TIME });
  const routings = new Map<string, Routing>();
  for (const alert of alerts) {
    let routing = routings.get(alert.customer);
    if (!routing) {
      routing = await loadRouting(state.db, alert.customer);
      routings.set(alert.customer, routing);
    }
    try {
      await seeTo(state, { alert, routing, nowMs }, onChanged);
    } catch (error) {
      if (error instanceof VigieError) throw error;
      onFailed(alert, error);
      const set = { next_repeat_at: nowMs + AFTER_FAILURE_MS };
      await state.transaction((tx) => moveAlert(tx, { before: alert, set }));
    }
  }
  return alerts.length === ALERTS_A_TIME;
}

interface AlertEvents {
  onChanged?: (alert: AlertsTable) => void;
  onFailed?: (alert: AlertsTable, error: unknown) => void;
}

async function seeTo(
  state: StateStore,
  { alert, routing, nowMs }: Due,
  onChanged: (alert: AlertsTable) => void,
): Promise<void> {
  if (alert.state === 'cleared') return tellCleared(state, { alert, routing, nowMs });
  if (alert.acknowledged === 1) await tellSeverity(state, { alert, routing, nowMs });
  const open = await lookAtAlert(state, { alert, windows: routing.windows, nowMs }, onChanged);
  if (open) await tellOn(state, { alert: open, routing, nowMs });
}

async function tellOn(state: StateStore, { alert, routing, nowMs }: Due): Promise<void> {
  const { db } = state;
  const texts = await loadTexts(db, alert);
  const change = changeOf(alert, texts);
  const facts = { routing, alert: change, sinceMs: alert.received_at, nowMs };
  const course = followUp(await toldContacts(db, alert.id), facts);
  const news = await newsOfAlert(db, alert, { change, routing, nowMs });
  const waiting = await contactsWaiting(db, alert.id);
  const newcomers = new Set(news.targets.map(({ contactId }) => contactId));
  const told: FollowUpTarget[] = [
    ...news.targets.map((target) => ({ ...target, as: news.as })),
    ...course.targets.filter(
      ({ as, contactId }) =>
        !newcomers.has(contactId) && (as !== 'repeat' || !waiting.has(contactId)),
    ),
  ];
  const escalated = told.find(({ as }) => as === 'escalated');
  const toldBefore = escalated ? await toldSoFar(db, { alertId: alert.id, routing }) : [];
  const { previousSeverity } = news;
  const rows = told.map((target) => {
    const payload = payloadNow(alert, texts, { as: target.as, previousSeverity, toldBefore });
    return followUpRow({ alert, nowMs, target, payload });
  });
  const nextMs = Math.min(course.nextMs ?? Infinity, nowMs + (news.repeatMs ?? Infinity));
  await state.transaction(async (tx) => {
    const isMine = await moveAlert(tx, {
      before: alert,
      set: {
        next_repeat_at: nextMs === Infinity ? null : nextMs,
        told: 1,
      },
      entries: escalated ? [escalationOf(alert, escalated, nowMs)] : [],
    });
    if (!isMine) return;
    await insertNotifications(tx, rows);
    await insertNotifications(tx, await rowsOfSeverity(tx, { alert, texts, routing, nowMs }));
  });
}

/** Somebody sees to it, and it has become worse since: whoever was told hears that, as those of the first step do. */
async function tellSeverity(state: StateStore, { alert, routing, nowMs }: Due): Promise<void> {
  if (isHushed(alert, nowMs)) return;
  const texts = await loadTexts(state.db, alert);
  await state.transaction(async (tx) => {
    await insertNotifications(tx, await rowsOfSeverity(tx, { alert, texts, routing, nowMs }));
  });
}

/** Whoever was told and has not heard yet that it is over, where their policy tells that. */
async function tellCleared(state: StateStore, { alert, routing, nowMs }: Due): Promise<void> {
  const { db } = state;
  const about = { customer: alert.customer, alertId: alert.id };
  const texts = await loadTexts(db, alert);
  await state.transaction(async (tx) => {
    const close = { alertId: alert.id, dueMs: alert.next_repeat_at, nextRepeatMs: null };
    if (!(await advanceRepeat(tx, { ...close, state: 'cleared' }))) return;
    const ledger = await notificationsOfAlert(tx, about);
    const heard = new Set(
      ledger.filter(({ type }) => type === 'cleared').map(({ contact_id: id }) => id),
    );
    const change = { ...changeOf(alert, texts), type: 'cleared', atMs: nowMs } as const;
    const rows = new Map<string, NotificationsTable>();
    for (const { contactId, policyId, step } of await toldContacts(tx, alert.id)) {
      const contact = routing.contactById.get(contactId);
      const policy = policyId === null ? undefined : routing.policyById.get(policyId)?.policy;
      if (!contact || heard.has(contactId) || !tellsOf(policy?.on, change)) continue;
      const hold = holdFor(change, contact, policy);
      const { channel } = contact;
      const target = { contactId, policyId, step, channel, hold, as: 'cleared' as const };
      const payload = payloadNow(alert, texts, { as: 'cleared' });
      rows.set(contactId, followUpRow({ alert, nowMs, target, payload }));
    }
    await insertNotifications(tx, [...rows.values()]);
  });
}

/** As whoever is told next reads it. */
async function toldSoFar(
  db: StateDb,
  { alertId, routing }: { alertId: string; routing: Routing },
): Promise<ToldBefore[]> {
  return (await firstTold(db, alertId)).map(({ contactId, channel, atMs, isReached }) => ({
    name: routing.contactById.get(contactId)?.name ?? contactId,
    channel,
    at: formatTime(atMs),
    is_reached: isReached,
  }));
}

function changeOf(alert: AlertsTable, { rule, sensor }: AlertTexts): FollowUpFacts['alert'] {
  return {
    severity: alert.severity as Severity,
    highestSeverity: alert.highest_severity as Severity,
    rule,
    sensor,
  };
}

function escalationOf(alert: AlertsTable, target: FollowUpTarget, nowMs: number) {
  return {
    alert_id: alert.id,
    at: nowMs,
    by: 'system',
    change: 'escalated',
    severity: alert.severity,
    comment: `step ${(target.step ?? 0) + 1} of ${target.policyId}`,
  };
}
