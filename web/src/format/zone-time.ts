// Tested by: zone-time.test.ts

const MINUTE_MS = 60_000;

function partsFormat(zone: string): Intl.DateTimeFormat {
  const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' } as const;
  const options = { ...fields, minute: '2-digit', hourCycle: 'h23', calendar: 'gregory' } as const;
  return new Intl.DateTimeFormat('en', { ...options, timeZone: zone });
}

/** What the clock on the wall shows in a time zone, `2026-01-05T08:00`. Throws `RangeError` for a zone that is not there. */
export function wallTime(timeMs: number, zone: string): string {
  const parts = new Map(
    partsFormat(zone)
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  return `${date}T${part('hour')}:${part('minute')}`;
}

/**
 * When the clock on the wall shows so, ms. A time that it shows twice is the first one; one that it skips is read on the
 * clock from before the skip, so that it is shown later by what was skipped.
 */
export function instantOf(wall: string, zone: string): number {
  const asUtcMs = Date.parse(`${wall}Z`);
  const offsetAt = (timeMs: number) => Date.parse(`${wallTime(timeMs, zone)}Z`) - floor(timeMs);
  // A day before and after, the clock is surely as it was before and after a change of it.
  const dayMs = 24 * 60 * MINUTE_MS;
  const offsets = [offsetAt(asUtcMs - dayMs), offsetAt(asUtcMs + dayMs)] as const;
  const found = offsets.map((offset) => asUtcMs - offset).find((ms) => wallTime(ms, zone) === wall);
  return found ?? asUtcMs - offsets[0];
}

const floor = (timeMs: number) => Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
