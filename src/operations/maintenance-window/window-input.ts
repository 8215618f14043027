import {
  type MaintenanceWindow,
  MaintenanceWindowInput,
  type MaintenanceWindowView,
} from '#domain/maintenance-window.ts';
import { durationMs, formatTime } from '#domain/time.ts';
import { PreparedWindow } from '#engine/alarms/maintenance.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { isTimeZone } from '../contact/contact-input.ts';
import type { InputProblem } from '../describe-errors.ts';
import type { DocumentFacts } from '../documents.ts';
import { inputTime } from '../input-times.ts';

// Tested by: maintenance-window.test.ts

const check = inputCheck(MaintenanceWindowInput, {
  ignore: ['created_at', 'updated_at', 'is_open', 'next'],
});
const LONGEST_MS = 31 * 86_400_000;
const OFTEN = /(?:^|;)FREQ=(?:SECONDLY|MINUTELY|HOURLY)/i;
const SHOWN = 5;

/** A window whose zone, times and rule can be read. Throws `invalid_request` with every problem. */
export function readWindowInput(input: unknown): MaintenanceWindowInput {
  const window = check(input);
  const problems: InputProblem[] = [];
  const lengthMs = durationMs(window.duration);
  if (lengthMs <= 0 || lengthMs > LONGEST_MS)
    problems.push({ pointer: '/duration', detail: 'must be longer than nothing, 31d at most' });
  inputTime(window.starts_at, '/starts_at');
  if (!isTimeZone(window.time_zone))
    problems.push({ pointer: '/time_zone', detail: 'is no IANA time zone, such as Europe/Paris' });
  else if (OFTEN.test(window.recurrence ?? ''))
    problems.push({ pointer: '/recurrence', detail: 'must be daily or rarer' });
  else {
    const fault = faultOf(window);
    if (fault !== undefined)
      problems.push({ pointer: '/recurrence', detail: `cannot be read: ${fault}` });
  }
  if (problems.length > 0) throw refuse(problems);
  return window;
}

function faultOf(input: MaintenanceWindowInput): string | undefined {
  try {
    new PreparedWindow(makeWindow(input, { id: 'x', revision: 1, created_at: '', updated_at: '' }));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function makeWindow(
  input: MaintenanceWindowInput,
  { id, created_at, updated_at }: DocumentFacts,
): MaintenanceWindow {
  const { id: _id, enabled = true, ...rest } = input;
  return { id, ...rest, enabled, created_at, updated_at };
}

/** The window with what is under way and ahead. */
export function viewWindow(window: MaintenanceWindow, nowMs: number): MaintenanceWindowView {
  const prepared = new PreparedWindow(window);
  return {
    ...window,
    is_open: window.enabled && prepared.openAt(nowMs) !== undefined,
    next: prepared.next(nowMs, SHOWN).map(({ fromMs, toMs }) => ({
      starts_at: formatTime(fromMs),
      ends_at: formatTime(toMs),
    })),
  };
}
