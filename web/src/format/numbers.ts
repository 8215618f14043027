/** Beyond these a number is written with its power of ten: 300 digits are no reading. */
const [SMALLEST, LARGEST] = [1e-6, 1e15];

/**
 * A measured number in the reader's form: six digits, or all those before the point where there are more, since a meter
 * that counts to millions is read to the unit.
 */
export function numberText(locale: string): (value: number) => string {
  const usual = new Intl.NumberFormat(locale, {
    maximumSignificantDigits: 6,
    maximumFractionDigits: 0,
    roundingPriority: 'morePrecision',
  });
  const extreme = new Intl.NumberFormat(locale, {
    notation: 'scientific',
    maximumSignificantDigits: 6,
  });
  return (value) => {
    const size = Math.abs(value);
    const isExtreme = size !== 0 && (size < SMALLEST || size >= LARGEST);
    return (isExtreme ? extreme : usual).format(value);
  };
}
