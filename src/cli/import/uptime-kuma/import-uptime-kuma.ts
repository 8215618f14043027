import { formatDuration } from '#domain/time.ts';
import type { Fields } from '../../as-code/kinds.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import {
  listOf,
  type Members,
  membersOf,
  type SourceDocument,
  textOf,
} from '../config/source-document.ts';
import { addToPolicy, onlyPolicy } from '../routing/only-policy.ts';
import { importNotification } from './notifications.ts';

// Tested by: cli/import/uptime-kuma/uptime-kuma.test.ts

/** A backup: push monitors become sensors with a rule on their silence, notifications contacts. */
export function importUptimeKuma(sources: readonly SourceDocument[], context: ImportContext): void {
  for (const source of sources) {
    const backup = membersOf(source.value);
    if (!Array.isArray(backup.monitorList) && !Array.isArray(backup.notificationList)) {
      const reason = 'it has no monitorList and no notificationList';
      context.report.leftOut({ source, path: [], what: 'document' }, reason);
      continue;
    }
    importBackup(source, backup, context);
  }
}

interface Backup {
  context: ImportContext;
  /** Contacts by the id of their notification. */
  contacts: ReadonlyMap<string, string>;
  monitors: readonly Members[];
}

function importBackup(source: SourceDocument, backup: Members, context: ImportContext): void {
  const contacts = new Map<string, string>();
  for (const [at, one] of listOf(backup.notificationList).map(membersOf).entries()) {
    const origin = { source, path: ['notificationList', at], what: '' };
    const id = importNotification(one, { context, origin });
    if (id !== undefined) contacts.set(String(one.id), id);
  }
  const monitors = listOf(backup.monitorList).map(membersOf);
  for (const [at, monitor] of monitors.entries()) {
    const what = `monitor ${textOf(monitor.name) ?? monitor.id} (${monitor.type})`;
    const origin = { source, path: ['monitorList', at], what };
    importMonitor(monitor, { context, contacts, monitors }, origin);
  }
  for (const at of listOf(backup.proxyList).keys()) {
    const origin = { source, path: ['proxyList', at], what: 'proxy' };
    context.report.leftOut(origin, 'nothing is fetched here');
  }
}

const INSTEAD: Readonly<Record<string, string>> = {
  mqtt: 'Vigie reads v1/sensors/+/readings of a broker: VIGIE_MQTT_URL',
};

function importMonitor(monitor: Members, backup: Backup, origin: Origin): void {
  const { context } = backup;
  const { report, draft } = context;
  const type = String(monitor.type);
  if (type === 'group') return;
  if (type !== 'push') {
    report.leftOut(origin, INSTEAD[type] ?? 'Vigie is sent readings; it probes nothing itself');
    return;
  }
  if (isTrue(monitor.upsideDown)) {
    report.leftOut(origin, 'upside down: that something comes is no silence');
    return;
  }
  const labels = labelsOf(monitor, backup, origin);
  const name = textOf(monitor.name) ?? `monitor-${String(monitor.id)}`;
  const id = draft.add('sensor', name, {
    name,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  });
  report.note(origin, `let it send readings of the sensor ${id} (POST /v1/readings)`);
  const seconds = silentSeconds(monitor);
  const policy = policyOf(monitor, backup, origin);
  const ruleId = draft.add('rule', `${id}-silent`, {
    name: { [context.language]: name },
    where: { sensors: [id] },
    when: { silent: formatDuration(seconds * 1000) },
    severity: 'critical',
    ...(isFalse(monitor.active) ? { enabled: false } : {}),
    ...policy,
  });
  if (policy.policy !== undefined) addToPolicy(draft, policy.policy, [ruleId]);
}

const LONGEST_SECONDS = 366 * 86_400;

/** One missed beat, and as many retries as are allowed. */
function silentSeconds({ interval, retryInterval, maxretries }: Members): number {
  const every = Number(interval) > 0 ? Number(interval) : 60;
  const again = Number(retryInterval) > 0 ? Number(retryInterval) : every;
  return Math.min(every + again * Math.max(0, Number(maxretries) || 0), LONGEST_SECONDS);
}

/** Its tags, and the name of the group in which it is. */
function labelsOf(monitor: Members, { monitors, context }: Backup, origin: Origin): Fields {
  const labels: Record<string, string> = {};
  for (const tag of listOf(monitor.tags).map(membersOf)) {
    const name = textOf(tag.name);
    if (name === undefined) continue;
    if (labels[name] !== undefined) {
      context.report.changed(origin, `of several tags ${name} the first is its label`);
      continue;
    }
    labels[name] = textOf(tag.value) ?? 'yes';
  }
  const group = monitors.find(({ id }) => id === monitor.parent && id !== undefined);
  const title = textOf(group?.name);
  return title === undefined ? labels : { group: title, ...labels };
}

/** One policy for all monitors that tell the same contacts as often. */
function policyOf(
  monitor: Members,
  { context, contacts }: Backup,
  origin: Origin,
): { policy?: string } {
  const { draft, report } = context;
  const wanted = Object.entries(membersOf(monitor.notificationIDList)).filter(([, on]) =>
    isTrue(on),
  );
  const found = wanted.flatMap(([id]) => contacts.get(id) ?? []);
  if (wanted.length > found.length) {
    report.changed(origin, 'some of its notifications do not map: the others are told');
  }
  if (found.length === 0) {
    report.changed(
      origin,
      'it names nobody who maps: every policy that fits tells it, or everybody',
    );
    return {};
  }
  const every = Number(monitor.resendInterval) * Number(monitor.interval);
  const repeat = every > 0 ? { repeat: formatDuration(every * 1000) } : {};
  return { policy: onlyPolicy(draft, { contacts: found, ...repeat }) };
}

const isTrue = (value: unknown): boolean => value === true || value === 1;
const isFalse = (value: unknown): boolean => value === false || value === 0;
