import { VigieError } from '#domain/errors.ts';
import type { Language } from '#domain/language.ts';
import type { Policy } from '#domain/notification.ts';
import { type PolicyPreview, PolicyPreviewInput } from '#domain/policy-preview.ts';
import type { Rule, Severity } from '#domain/rule.ts';
import { formatDuration, formatTime, formatTimeOrNull } from '#domain/time.ts';
import { isHushed } from '#engine/alarms/hush.ts';
import { explainPolicies } from '#engine/routing/explain-policies.ts';
import type { FollowUpFacts } from '#engine/routing/follow-up.ts';
import type { Routing } from '#engine/routing/prepare-routing.ts';
import { type ForeseenTelling, foreseeTellings } from '#engine/routing/preview.ts';
import { findShelf } from '#storage/state/alarms.ts';
import { findDocument } from '#storage/state/documents.ts';
import type { AlertsTable, SensorsTable } from '#storage/state/schema.ts';
import { findSensor } from '#storage/state/sensors.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import { knownAlert } from '../alert/get.ts';
import { sensorSuppression } from '../alert/sensor-suppression.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { allDocuments, parseBody } from '../documents.ts';
import { inputTime } from '../input-times.ts';
import { getRule } from '../rule/get.ts';
import { loadRouting } from './load-routing.ts';
import { pastTellings } from './past-tellings.ts';

const check = inputCheck(PolicyPreviewInput);

interface Subject {
  alert: FollowUpFacts['alert'];
  sensor: SensorsTable | undefined;
  /** The alert where there is one already. */
  row?: AlertsTable;
}

/**
 * Who would be told of an alert raised at a time, or who has been and would be told of one that there is, by the policies and contacts as they are, if nobody acknowledged it.
 * What it says in words is in `language`. Writes and sends nothing. Throws `invalid_request`, and `not_found` where the alert, the rule or the sensor is not known.
 */
export async function previewPolicies({
  ctx,
  input,
  language = 'en',
}: {
  ctx: OperationContext;
  input: unknown;
  language?: Language;
}): Promise<PolicyPreview> {
  authorize(ctx, 'read');
  const asked = check(input);
  const nowMs = inputTime(asked.at, '/at') ?? ctx.clock.now();
  const subject = await subjectOf(ctx, asked);
  const { alert } = subject;
  const { customer } = ctx.caller;
  const { db } = ctx.state;
  const routing = await loadRouting(db, customer);
  const policies = await Array.fromAsync(allDocuments<Policy>(db, { customer, kind: 'policy' }));
  // An alert that has been told of goes on from there, unless a time is asked about.
  const row = asked.at === undefined && subject.row?.state === 'active' ? subject.row : undefined;
  const course = row?.told === 1 ? await courseOf(db, row, nowMs) : undefined;
  const sinceMs = row?.received_at ?? nowMs;
  const facts = { routing, alert, language };
  const told =
    course || row === undefined
      ? foreseeTellings({ ...facts, sinceMs, course })
      : foreseeTellings({ ...facts, sinceMs: Math.max(nowMs, row.next_repeat_at ?? 0) });
  return {
    policies: explainPolicies(policies, facts),
    told: told.map((line) => lineOf(line, sinceMs)),
    nobody: told.length === 0,
    hushed_by: await hushOf(ctx, subject, {
      windows: routing.windows,
      nowMs,
      isAskedFor: asked.at !== undefined || subject.row?.state === 'cleared',
    }),
  };
}

/** What the ledger and the alert's row say; nothing follows once somebody has acknowledged it. */
async function courseOf(
  db: StateDb,
  row: AlertsTable,
  nowMs: number,
): Promise<{ told: ForeseenTelling[]; nextMs: number | null }> {
  const told = await pastTellings(db, row.id);
  const isOver = row.acknowledged === 1 || row.next_repeat_at === null;
  return { told, nextMs: isOver ? null : Math.max(row.next_repeat_at ?? 0, nowMs) };
}

async function subjectOf(ctx: OperationContext, input: PolicyPreviewInput): Promise<Subject> {
  const { customer } = ctx.caller;
  const { db } = ctx.state;
  if ((input.alert_id === undefined) === (input.alert === undefined)) {
    throw refuse([{ pointer: '', detail: 'must have alert_id or alert, and not both' }]);
  }
  if (input.alert === undefined) {
    const row = await knownAlert(db, customer, input.alert_id!);
    const { rule_id: id, sensor_id: sensorId } = row;
    // What has been removed since does not keep an alert from being told.
    const rule = await findDocument(db, { customer, kind: 'rule', id });
    const policy = rule === undefined ? undefined : parseBody<Rule>(rule).policy;
    const sensor = await findSensor(db, { customer, sensorId });
    return {
      alert: {
        severity: row.severity as Severity,
        rule: { id, policy },
        sensor: factsOf(sensorId, sensor),
      },
      sensor,
      row,
    };
  }
  const { rule_id: id, sensor_id: sensorId, severity } = input.alert;
  const { policy } = await getRule({ ctx, input: { id } });
  const sensor = await findSensor(db, { customer, sensorId });
  if (sensor === undefined) throw new VigieError('not_found', `There is no sensor ${sensorId}.`);
  return {
    alert: { severity, rule: { id, policy }, sensor: factsOf(sensorId, sensor) },
    sensor,
  };
}

function factsOf(id: string, sensor: SensorsTable | undefined): FollowUpFacts['alert']['sensor'] {
  const labels = JSON.parse(sensor?.labels ?? '{}') as Record<string, string>;
  return { id, location: sensor?.location ?? null, labels };
}

async function hushOf(
  ctx: OperationContext,
  { alert, sensor, row }: Subject,
  by: { windows: Routing['windows']; nowMs: number; isAskedFor: boolean },
): Promise<string | null> {
  const { windows, nowMs, isAskedFor } = by;
  if (row?.acknowledged === 1 && !isAskedFor) return 'acknowledged';
  const own = sensorSuppression(sensor, {
    sensorId: alert.sensor.id,
    ruleId: alert.rule.id,
    windows,
    nowMs,
  });
  if (own) return own.by;
  // That it hangs on a silent parent is found out by the notifier.
  if (row?.suppressed_by?.startsWith('sensor/')) return row.suppressed_by;
  if (row && isHushed({ ...row, suppressed_by: null }, nowMs)) return 'shelved';
  if (sensor === undefined) return null;
  const key = { ruleId: alert.rule.id, sensorPk: sensor.pk };
  return (await findShelf(ctx.state.db, { ...key, nowMs })) ? 'shelved' : null;
}

function lineOf(line: ForeseenTelling, sinceMs: number): PolicyPreview['told'][number] {
  return {
    at: formatTime(line.atMs),
    after: line.atMs <= sinceMs ? '0s' : formatDuration(line.atMs - sinceMs),
    step: line.step === null ? null : line.step + 1,
    policy_id: line.policyId,
    contact_id: line.contactId,
    channel: line.channel,
    type: line.type,
    already: line.isPast === true,
    held_until: formatTimeOrNull(line.heldUntilMs),
    held_by: line.heldBy,
    group: line.groupKey,
  };
}
