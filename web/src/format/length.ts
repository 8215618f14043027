const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A length of time in at most two neighboring units: `2 hr 5 min`, `2 h 5 min`. Less than a second is `0 sec`. */
export function lengthFormat(locale: string): (ms: number) => string {
  const formats = UNITS.map(
    ([unit]) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }),
  );
  return (ms) => {
    const seconds = Math.max(0, Math.round(ms / 1000));
    const first = UNITS.findIndex(([, size]) => seconds >= size);
    const from = first === -1 ? UNITS.length - 1 : first;
    return UNITS.slice(from, from + 2)
      .map(([, size], at) => ({
        amount:
          at === 0 ? Math.floor(seconds / size) : Math.floor((seconds % UNITS[from]![1]) / size),
        format: formats[from + at] as Intl.NumberFormat,
      }))
      .filter(({ amount }, at) => at === 0 || amount > 0)
      .map(({ amount, format }) => format.format(amount))
      .join(' ');
  };
}
