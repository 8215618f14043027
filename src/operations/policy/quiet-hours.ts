import type { QuietHours } from '#domain/notification.ts';
import { scheduleProblems } from '#engine/rules/schedule.ts';
import type { InputProblem } from '../describe-errors.ts';

// Tested by: policy.test.ts

/** Unknown time zones and windows without length, in the quiet hours of a policy or a contact. */
export function quietHoursProblems(quietHours: readonly QuietHours[] = []): InputProblem[] {
  return quietHours.flatMap((quiet, at) =>
    scheduleProblems(quiet).map(({ pointer, detail }) => ({
      pointer: pointer.replace('/schedule', `/quiet_hours/${at}`),
      detail,
    })),
  );
}
