import { useState } from 'react';
import { instantOf, wallTime } from '../format/zone-time.ts';

/** Somebody who types 2026 has typed the years 2, 20 and 202 on the way. */
const FIRST_MS = Date.UTC(1970, 0, 2);

/** The moment of a `datetime-local` on the clock of a zone, ms; undefined while it is typed only in part. */
export function momentOf(text: string, zone: string): number | undefined {
  if (!(Date.parse(`${text}Z`) >= FIRST_MS)) return undefined;
  return instantOf(text, zone);
}

/**
 * A date and time that is typed: what is typed stays as it is until the field is left, whatever becomes of it
 * elsewhere; only a whole moment is told, `undefined` where the field was emptied. `timeMs` is NaN where there is none.
 */
export function useTypedMoment(
  { timeMs, zone }: { timeMs: number; zone: string },
  tell: (timeMs: number | undefined) => void,
) {
  const [typed, setTyped] = useState<string>();
  return {
    value: typed ?? (Number.isNaN(timeMs) ? '' : wallTime(timeMs, zone)),
    onChange(text: string): void {
      setTyped(text);
      const moment = momentOf(text, zone);
      if (moment !== undefined || text === '') tell(moment);
    },
    onBlur: () => setTyped(undefined),
  };
}
