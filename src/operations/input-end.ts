import { durationMs } from '#domain/time.ts';
import { refuse } from './check-input.ts';
import { inputTime } from './input-times.ts';

// Tested by: alert/shelve.test.ts

interface EndInput {
  for?: string | undefined;
  until?: string | undefined;
}

/** When something ends that is asked `for` a time or `until` one, ms; undefined where neither is given. Throws `invalid_request`. */
export function inputEnd(input: EndInput, nowMs: number): number | undefined {
  if (input.for !== undefined && input.until !== undefined)
    throw refuse([{ pointer: '/until', detail: 'cannot be given with for' }]);
  if (input.for !== undefined) {
    const forMs = durationMs(input.for);
    if (forMs <= 0) throw refuse([{ pointer: '/for', detail: 'must be longer than nothing' }]);
    return nowMs + forMs;
  }
  const untilMs = inputTime(input.until, '/until');
  if (untilMs !== undefined && untilMs <= nowMs)
    throw refuse([{ pointer: '/until', detail: 'must lie ahead' }]);
  return untilMs;
}
