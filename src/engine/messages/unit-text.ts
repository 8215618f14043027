import type { Language } from '#domain/language.ts';

/** UCUM codes (and SenML's own, RFC 8428 section 12.1) that no rule below turns into what people write. */
const KNOWN: Readonly<Record<string, string>> = {
  Cel: '°C',
  '[degF]': '°F',
  '[degRe]': '°Ré',
  '[degR]': '°R',
  deg: '°',
  "'": '′',
  "''": '″',
  '%RH': '% RH',
  '%EL': '%',
  EL: '%',
  '[pH]': 'pH',
  pH: 'pH',
  '[ppm]': 'ppm',
  '[ppb]': 'ppb',
  '[ppth]': '‰',
  '[pptr]': 'ppt',
  '10*-6': 'ppm',
  '10*-9': 'ppb',
  '[psi]': 'psi',
  'm[Hg]': 'mHg',
  'mm[Hg]': 'mmHg',
  "[in_i'Hg]": 'inHg',
  "[in_i'H2O]": 'inH₂O',
  '[mi_i]/h': 'mph',
  '[kn_i]': 'kn',
  '[nmi_i]': 'NM',
  '[gal_us]/min': 'gpm',
  '[cft_i]/min': 'cfm',
  '[cft_i]': 'ft³',
  '[sft_i]': 'ft²',
  '[acr_us]': 'ac',
  har: 'ha',
  '[Btu_IT]': 'BTU',
  '[Btu]': 'BTU',
  '[HP]': 'hp',
  'B[SPL]': 'B SPL',
  'dB[SPL]': 'dB SPL',
  Bspl: 'B SPL',
  dBW: 'dBW',
  dBm: 'dBm',
  'dB[mW]': 'dBm',
  lux: 'lx',
  l: 'L',
  ml: 'mL',
  Ohm: 'Ω',
  u: 'u',
  count: '',
  '1': '',
  '/': '',
};

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

/** Atoms that carry a metric prefix `u` (micro); `u` alone is the atomic mass unit. */
const MICRO = /^u(?=(?:g|m|s|A|V|W|L|l|J|N|F|H|S|T|Pa|Hz|mol|Sv|Gy|Bq|Ohm|bar|M)(?![a-zA-Z]))/;

/**
 * A UCUM code (https://ucum.org) as a person reads it: `Cel` → °C, `[degF]` → °F, `m3/h` → m³/h,
 * `ug/m3` → µg/m³, `kW.h` → kW·h, `{count}` → count. What is no UCUM code is shown as it is.
 */
export function unitText(unit: string | null | undefined): string {
  if (!unit) return '';
  const known = lookUp(unit);
  if (known !== undefined) return known;
  return unit
    .split(/([./])/)
    .map((part) => (part === '.' ? '·' : part === '/' ? '/' : atomText(part)))
    .join('');
}

/** A value with its unit; French puts a space before the percent sign. */
export function withUnit(
  number: string,
  unit: string | null | undefined,
  language: Language,
): string {
  const text = unitText(unit);
  if (text === '') return number;
  const isAttached =
    text === '°' || text === '′' || text === '″' || (text === '%' && language === 'en');
  return isAttached ? `${number}${text}` : `${number} ${text}`;
}

function lookUp(code: string): string | undefined {
  return Object.hasOwn(KNOWN, code) ? KNOWN[code] : undefined;
}

function atomText(part: string): string {
  const known = lookUp(part);
  if (known !== undefined) return known === '' ? part : known;
  const exponent = /^(.*?[^\d*^+-])([+-]?\d+)$/.exec(part);
  const base = exponent?.[1] ?? part;
  const power = exponent?.[2] ?? '';
  const name =
    lookUp(base) ??
    base
      .replace(MICRO, 'µ')
      .replace(/Ohm$/, 'Ω')
      // Annotations are meant for people; brackets and the `_i`, `_us` of customary units are not.
      .replace(/\{([^}]*)\}/g, '$1')
      .replace(/\[([^\]_]*)(?:_[^\]]*)?\]/g, '$1');
  return name + [...power.replace('+', '')].map((digit) => SUPERSCRIPTS[digit] ?? digit).join('');
}
