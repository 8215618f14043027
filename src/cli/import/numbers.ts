const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMMA_NUMBER = /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/;
const MISSING = /^(?:|na|n\/a|#n\/a|nan|null|none|-|--)$/i;

/** True for a cell that says that nothing was measured. */
export function isMissing(cell: string): boolean {
  return MISSING.test(cell);
}

/** undefined where the cell is no finite number. Thousands separators are refused: they are ambiguous. */
export function parseNumber(cell: string, decimalComma: boolean): number | undefined {
  if (!(decimalComma ? COMMA_NUMBER : NUMBER).test(cell)) return undefined;
  const number = Number(decimalComma ? cell.replace(',', '.') : cell);
  return Number.isFinite(number) ? number : undefined;
}
