// Tested by: domain/unit-conversion.test.ts

/** What is measured, as far as units of it are converted. */
export const QUANTITIES = [
  'temperature',
  'pressure',
  'speed',
  'length',
  'area',
  'volume',
  'flow',
  'mass',
  'energy',
  'power',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** One unit in the base unit of its quantity: base = (value − `zero`) × `times` / `over`. */
export interface UnitSize {
  quantity: Quantity;
  times: number;
  over: number;
  zero: number;
}

const FOOT = 0.3048;
const INCH = 0.0254;
const MILE = 1609.344;
const GALLON = 0.003785411784;
const POUND = 0.45359237;
/** Weight of one kilogram, N: what a pound on a square inch presses with. */
const GRAVITY = 9.80665;
const PSI = (POUND * GRAVITY) / INCH ** 2;
const MERCURY = 133_322.387415;
const BTU = 1055.05585262;

/** A size, or a size and what it is divided by: a fraction stays exact where its quotient would not. */
type Size = number | readonly [times: number, over: number];

/** UCUM codes (https://ucum.org/ucum, 2.1); the sizes of customary units are those of NIST SP 811 and exact where they are defined so. */
const SIZES: Readonly<Record<Exclude<Quantity, 'temperature'>, Readonly<Record<string, Size>>>> = {
  // Pa
  pressure: {
    Pa: 1,
    hPa: 100,
    kPa: 1000,
    MPa: 1_000_000,
    mbar: 100,
    bar: 100_000,
    atm: 101_325,
    '[psi]': PSI,
    'mm[Hg]': MERCURY / 1000,
    "[in_i'Hg]": MERCURY * INCH,
    'm[H2O]': 9806.65,
    'cm[H2O]': 98.0665,
    'mm[H2O]': 9.80665,
    "[in_i'H2O]": 9806.65 * INCH,
  },
  // m/s
  speed: {
    'm/s': 1,
    'cm/s': [1, 100],
    'km/h': [1000, 3600],
    '[mi_i]/h': [MILE, 3600],
    '[kn_i]': [1852, 3600],
    '[ft_i]/s': FOOT,
    '[ft_i]/min': [FOOT, 60],
  },
  // m
  length: {
    um: [1, 1_000_000],
    mm: [1, 1000],
    cm: [1, 100],
    m: 1,
    km: 1000,
    '[in_i]': INCH,
    '[ft_i]': FOOT,
    '[yd_i]': 3 * FOOT,
    '[mi_i]': MILE,
  },
  // m²
  area: {
    cm2: [1, 10_000],
    m2: 1,
    har: 10_000,
    '[sft_i]': FOOT ** 2,
    '[acr_us]': 4046.872609874252,
  },
  // m³
  volume: {
    mL: [1, 1_000_000],
    L: [1, 1000],
    m3: 1,
    '[gal_us]': GALLON,
    '[gal_br]': 0.00454609,
    '[cft_i]': FOOT ** 3,
  },
  // m³/s
  flow: {
    'L/s': [1, 1000],
    'L/min': [1, 60_000],
    'L/h': [1, 3_600_000],
    'm3/s': 1,
    'm3/h': [1, 3600],
    '[gal_us]/min': [GALLON, 60],
    '[gal_us]/h': [GALLON, 3600],
    '[cft_i]/min': [FOOT ** 3, 60],
  },
  // kg
  mass: {
    mg: [1, 1_000_000],
    g: [1, 1000],
    kg: 1,
    t: 1000,
    '[oz_av]': POUND / 16,
    '[lb_av]': POUND,
  },
  // J
  energy: {
    J: 1,
    kJ: 1000,
    MJ: 1_000_000,
    'W.h': 3600,
    'kW.h': 3_600_000,
    'MW.h': 3.6e9,
    '[Btu_IT]': BTU,
  },
  // W
  power: {
    W: 1,
    kW: 1000,
    MW: 1_000_000,
    '[HP]': 550 * FOOT * POUND * GRAVITY,
    '[Btu_IT]/h': [BTU, 3600],
  },
};

/** The base is the degree Celsius. */
const TEMPERATURES: Readonly<Record<string, UnitSize>> = {
  Cel: { quantity: 'temperature', times: 1, over: 1, zero: 0 },
  K: { quantity: 'temperature', times: 1, over: 1, zero: 273.15 },
  '[degF]': { quantity: 'temperature', times: 5, over: 9, zero: 32 },
  '[degR]': { quantity: 'temperature', times: 5, over: 9, zero: 491.67 },
};

/** Units that can be converted, by UCUM code. */
export const UNITS: ReadonlyMap<string, UnitSize> = new Map([
  ...Object.entries(TEMPERATURES),
  ...Object.entries(SIZES).flatMap(([quantity, sizes]) =>
    Object.entries(sizes).map(([code, size]) => {
      const [times, over] = typeof size === 'number' ? [size, 1] : size;
      return [code, { quantity: quantity as Quantity, times, over, zero: 0 }] as const;
    }),
  ),
]);

/** What people and devices write in the place of UCUM codes. */
export const ALIASES: Readonly<Record<string, string>> = {
  '°C': 'Cel',
  degC: 'Cel',
  '°F': '[degF]',
  degF: '[degF]',
  psi: '[psi]',
  mmHg: 'mm[Hg]',
  inHg: "[in_i'Hg]",
  inH2O: "[in_i'H2O]",
  'inH₂O': "[in_i'H2O]",
  mmH2O: 'mm[H2O]',
  mph: '[mi_i]/h',
  kn: '[kn_i]',
  kt: '[kn_i]',
  'ft/s': '[ft_i]/s',
  'ft/min': '[ft_i]/min',
  kph: 'km/h',
  µm: 'um',
  in: '[in_i]',
  ft: '[ft_i]',
  yd: '[yd_i]',
  mi: '[mi_i]',
  'm²': 'm2',
  ha: 'har',
  ft2: '[sft_i]',
  'ft²': '[sft_i]',
  l: 'L',
  ml: 'mL',
  'm³': 'm3',
  gal: '[gal_us]',
  ft3: '[cft_i]',
  'ft³': '[cft_i]',
  'l/s': 'L/s',
  'l/min': 'L/min',
  'l/h': 'L/h',
  'm³/h': 'm3/h',
  gpm: '[gal_us]/min',
  cfm: '[cft_i]/min',
  oz: '[oz_av]',
  lb: '[lb_av]',
  Wh: 'W.h',
  kWh: 'kW.h',
  MWh: 'MW.h',
  BTU: '[Btu_IT]',
  '[Btu]': '[Btu_IT]',
  'BTU/h': '[Btu_IT]/h',
  hp: '[HP]',
};

/** Units of one system of which the other has none, and what the other has in their place. */
export const SYSTEMS = {
  metric: {
    '[degF]': 'Cel',
    '[degR]': 'K',
    '[psi]': 'kPa',
    "[in_i'Hg]": 'hPa',
    "[in_i'H2O]": 'Pa',
    '[mi_i]/h': 'km/h',
    '[ft_i]/s': 'm/s',
    '[ft_i]/min': 'm/s',
    '[in_i]': 'mm',
    '[ft_i]': 'm',
    '[yd_i]': 'm',
    '[mi_i]': 'km',
    '[sft_i]': 'm2',
    '[acr_us]': 'har',
    '[gal_us]': 'L',
    '[gal_br]': 'L',
    '[cft_i]': 'm3',
    '[gal_us]/min': 'L/min',
    '[gal_us]/h': 'L/h',
    '[cft_i]/min': 'm3/h',
    '[oz_av]': 'g',
    '[lb_av]': 'kg',
    '[Btu_IT]': 'kW.h',
    '[HP]': 'kW',
    '[Btu_IT]/h': 'W',
  },
  us: {
    Cel: '[degF]',
    hPa: "[in_i'Hg]",
    mbar: "[in_i'Hg]",
    kPa: '[psi]',
    MPa: '[psi]',
    bar: '[psi]',
    'm/s': '[mi_i]/h',
    'km/h': '[mi_i]/h',
    mm: '[in_i]',
    cm: '[in_i]',
    m: '[ft_i]',
    km: '[mi_i]',
    m2: '[sft_i]',
    har: '[acr_us]',
    L: '[gal_us]',
    m3: '[cft_i]',
    'L/s': '[gal_us]/min',
    'L/min': '[gal_us]/min',
    'L/h': '[gal_us]/h',
    'm3/h': '[cft_i]/min',
    g: '[oz_av]',
    kg: '[lb_av]',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;
export type UnitSystem = keyof typeof SYSTEMS;
