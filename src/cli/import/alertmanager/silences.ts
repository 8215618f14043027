import { formatDuration, formatTime, parseTime } from '#domain/time.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import {
  isMembers,
  type Members,
  membersOf,
  type SourceDocument,
  textOf,
} from '../config/source-document.ts';
import { PromqlError } from '../prometheus/promql-tokens.ts';
import { sensorsOf } from '../prometheus/series-scope.ts';
import { silenceMatchers } from './parse-matchers.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

const LONGEST_MS = 31 * 86_400_000;

/** Whether this is what `amtool silence query -o json` writes, or the API answers. */
export function areSilences(value: unknown): value is unknown[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => isMembers(one) && Array.isArray(one.matchers) && 'endsAt' in one)
  );
}

/** Makes a maintenance window of each silence of sensors that is not over. */
export function importSilences(source: SourceDocument, context: ImportContext): void {
  for (const [at, value] of (source.value as unknown[]).entries()) {
    const silence = membersOf(value);
    const id = textOf(silence.id) ?? String(at + 1);
    importSilence(silence, { context, origin: { source, path: [at], what: `silence ${id}` } });
  }
}

function importSilence(
  silence: Members,
  { context, origin }: { context: ImportContext; origin: Origin },
): void {
  const { report } = context;
  const from = parseTime(String(silence.startsAt));
  const to = parseTime(String(silence.endsAt));
  if (!from.ok || !to.ok) {
    report.leftOut(origin, 'its times cannot be read');
    return;
  }
  if (membersOf(silence.status).state === 'expired' || to.ms <= context.nowMs) {
    report.note(origin, 'it is over');
    return;
  }
  const matchers = silenceMatchers(silence.matchers);
  const asked = matchers.find(({ name }) => name === 'alertname' || name === 'severity');
  if (asked !== undefined) {
    const reason = `it is for some alerts of a sensor (${asked.name}); shelve such an alert when it is there: POST /v1/alerts/{id}/shelve`;
    report.leftOut(origin, reason);
    return;
  }
  let where: ReturnType<typeof sensorsOf>;
  try {
    where = sensorsOf(matchers, context);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    report.leftOut(origin, error.message);
    return;
  }
  const lengthMs = to.ms - from.ms;
  if (lengthMs > LONGEST_MS) {
    report.changed(origin, 'a window is open for 31 days at most: it ends then');
  }
  const comment = textOf(silence.comment);
  for (const selector of where) {
    context.draft.add('maintenance-window', comment ?? 'silence', {
      ...(comment === undefined ? {} : { name: [...comment].slice(0, 200).join('') }),
      where: selector,
      time_zone: 'UTC',
      starts_at: formatTime(from.ms),
      duration: formatDuration(Math.min(lengthMs, LONGEST_MS)),
    });
  }
}
