type Values = ArrayLike<number | null | undefined>;

export interface BandStretch {
  /** Columns of pixels, ascending, each once. */
  xs: number[];
  /** The least and the greatest y of each. */
  tops: number[];
  bottoms: number[];
}

interface BandView {
  /** The first and the last row in sight; one more on each side is drawn, so that the band goes on to the edge. */
  from: number;
  to: number;
  /** From a time and a value to pixels; y grows downwards. */
  x(time: number): number;
  y(value: number): number;
}

/** What lies between lowest and highest, a column of pixels at a time; a row without a value ends a stretch. */
export function bandStretches(
  { times, low, high }: { times: ArrayLike<number>; low: Values; high: Values },
  { from, to, x, y }: BandView,
): BandStretch[] {
  const stretches: BandStretch[] = [];
  let current: BandStretch | undefined;
  const last = beyond(high, to, 1);
  for (let row = beyond(high, from, -1); row <= last; row += 1) {
    const [lowest, highest] = [low[row], high[row]];
    if (lowest == null || highest == null) {
      if (lowest === null || highest === null) current = undefined;
      continue;
    }
    if (current === undefined) {
      current = { xs: [], tops: [], bottoms: [] };
      stretches.push(current);
    }
    addTo(current, Math.round(x(times[row] as number)), y(highest), y(lowest));
  }
  return stretches;
}

/** The next row of this line to one side. Where several lines share their times, undefined is a row of another. */
function beyond(values: Values, row: number, step: 1 | -1): number {
  let at = row + step;
  while (at > 0 && at < values.length - 1 && values[at] === undefined) at += step;
  return Math.max(0, Math.min(values.length - 1, at));
}

// biome-ignore lint/complexity/useMaxParams: an object for each of thousands of rows in a frame would be collected
function addTo({ xs, tops, bottoms }: BandStretch, x: number, top: number, bottom: number): void {
  const last = xs.length - 1;
  if (xs[last] === x) {
    tops[last] = Math.min(tops[last] as number, top);
    bottoms[last] = Math.max(bottoms[last] as number, bottom);
    return;
  }
  xs.push(x);
  tops.push(top);
  bottoms.push(bottom);
}
