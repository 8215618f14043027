import { msFromMicros, parseTime } from '#domain/time.ts';

export interface TimeFormat {
  /** IANA zone of times that carry no offset; undefined: such times are refused. */
  timeZone: string | undefined;
  /** Reading order of dates such as 03/04/2026; undefined: such dates are refused. */
  dateOrder: 'dmy' | 'mdy' | undefined;
}

export type CellTime =
  | { ok: true; ms: number }
  | { ok: false; code: 'timestamp_invalid' | 'timestamp_without_offset'; detail: string };

// Cells are matched whole: the three parts of the date, then the clock.
const CLOCK =
  '(?:[T ,]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?(?:\\s*([AaPp])[Mm])?)?\\s*(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?$';
const YEAR_FIRST = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${CLOCK}`, 'i');
const YEAR_LAST = new RegExp(`^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4})${CLOCK}`, 'i');
const EPOCH = /^\d{9,19}(?:\.\d+)?$/;

/**
 * The time of a cell: RFC 3339, other dates that start or end with the year, or a number since the epoch in
 * s, ms, µs or ns (told by its size). `previousMs`, the time of the row before of the same sensor, decides
 * which of two an hour is that the clocks went through twice.
 */
export function parseCellTime(text: string, format: TimeFormat, previousMs?: number): CellTime {
  const strict = parseTime(text);
  if (strict.ok) return strict;
  if (EPOCH.test(text)) return { ok: true, ms: epochMs(text) };
  const first = YEAR_FIRST.exec(text);
  if (first) return fromParts([first[1], first[2], first[3]], { match: first, format, previousMs });
  const last = YEAR_LAST.exec(text);
  if (!last) return invalid(`'${text}' is no time that is known here`);
  if (format.dateOrder === undefined) {
    return invalid(`'${text}': say --date-order dmy or mdy`);
  }
  const [day, month] = format.dateOrder === 'dmy' ? [last[1], last[2]] : [last[2], last[1]];
  return fromParts([last[3], month, day], { match: last, format, previousMs });
}

function invalid(detail: string): CellTime {
  return { ok: false, code: 'timestamp_invalid', detail };
}

function epochMs(text: string): number {
  const [whole = '', fraction = ''] = text.split('.');
  if (whole.length <= 11) return msFromMicros(Number(whole + fraction.padEnd(6, '0').slice(0, 6)));
  if (whole.length <= 14) return msFromMicros(Number(whole + fraction.padEnd(3, '0').slice(0, 3)));
  if (whole.length <= 17) return msFromMicros(Number(whole));
  return msFromMicros(Number(BigInt(whole) / 1000n));
}

function fromParts(
  [year, month, day]: (string | undefined)[],
  from: { match: RegExpExecArray; format: TimeFormat; previousMs: number | undefined },
): CellTime {
  const text = from.match[0];
  const [, , , , hourText = '0', minute = '0', second = '0', fraction = '', half, offset] =
    from.match;
  let hour = Number(hourText);
  if (half !== undefined) hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(
      {
        year: Number(year),
        month: Number(month),
        day: Number(day),
        hour,
        minute: Number(minute),
        second: Number(second),
      },
      { overflow: 'reject' },
    );
  } catch {
    return invalid(`'${text}' is no time of the calendar`);
  }
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  if (offset !== undefined) {
    const utcMs = local.toZonedDateTime('UTC').epochMilliseconds;
    return { ok: true, ms: msFromMicros((utcMs - offsetMs(offset)) * 1000 + micros) };
  }
  if (from.format.timeZone === undefined) {
    const detail = `'${text}' has no offset: say --time-zone, such as Europe/Paris`;
    return { ok: false, code: 'timestamp_without_offset', detail };
  }
  const early = local.toZonedDateTime(from.format.timeZone).epochMilliseconds;
  // Only in an autumn hour is the time after this one the same on the clock: then order tells.
  if (from.previousMs !== undefined && early <= from.previousMs) {
    const late = local.toZonedDateTime(from.format.timeZone, { disambiguation: 'later' });
    const isTwice = late.toPlainDateTime().equals(local);
    if (isTwice) return { ok: true, ms: msFromMicros(late.epochMilliseconds * 1000 + micros) };
  }
  return { ok: true, ms: msFromMicros(early * 1000 + micros) };
}

function offsetMs(offset: string): number {
  if (!/^[+-]/.test(offset)) return 0;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (offset[0] === '-' ? -1 : 1) * minutes * 60_000;
}
