import type { QualityFigure, QualityFigureName } from '#domain/alarm-quality.ts';

/**
 * What each figure should be, and the most that can still be managed, for one operator: ANSI/ISA-18.2-2016, clause
 * 16.5 and table 7 (IEC 62682:2014 table 7): 6 an hour, 12 at most; 1 in ten minutes, 2 at most; ten alerts in ten
 * minutes at most; under 1 % of the time in flood; the ten worst 1 to 5 % of the load; none chatter; under five stale;
 * 80 / 15 / 5 % by priority.
 */
const QUALITY_LIMITS: Readonly<Record<QualityFigureName, { target: number; most: number }>> = {
  alerts_per_day: { target: 150, most: 300 },
  alerts_per_hour: { target: 6, most: 12 },
  alerts_per_ten_minutes: { target: 1, most: 2 },
  worst_ten_minutes: { target: 10, most: 10 },
  flood_share: { target: 0.01, most: 0.01 },
  top_ten_share: { target: 0.01, most: 0.05 },
  chattering: { target: 0, most: 0 },
  stale: { target: 4, most: 4 },
  critical_share: { target: 0.05, most: 0.1 },
  warning_share: { target: 0.15, most: 0.3 },
};

/** Below so many alerts a share says nothing: of ten alerts, the ten worst are all. */
const ENOUGH_FOR_SHARES = 100;
const SHARES: ReadonlySet<QualityFigureName> = new Set([
  'top_ten_share',
  'critical_share',
  'warning_share',
]);

/** Each value against its limits; shares only of at least a hundred alerts. */
export function judgeQuality(
  values: Readonly<Record<QualityFigureName, number>>,
  alerts: number,
): QualityFigure[] {
  const names = Object.keys(QUALITY_LIMITS) as QualityFigureName[];
  return names
    .filter((name) => alerts >= ENOUGH_FOR_SHARES || !SHARES.has(name))
    .map((name) => {
      const { target, most } = QUALITY_LIMITS[name];
      const value = values[name];
      const judgement = value <= target ? 'good' : value <= most ? 'manageable' : 'too_much';
      return { name, value, target, most, judgement };
    });
}
