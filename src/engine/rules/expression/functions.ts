type Body = (args: readonly number[]) => number;

/** Least and greatest number of arguments, and the function itself; all take and give numbers. */
interface ExpressionFunction {
  least: number;
  most: number;
  body: Body;
}

const one = (body: (x: number) => number): ExpressionFunction => {
  return { least: 1, most: 1, body: (args) => body(args[0]!) };
};
const two = (body: (x: number, y: number) => number): ExpressionFunction => {
  return { least: 2, most: 2, body: (args) => body(args[0]!, args[1]!) };
};
const MANY = 32;

/** What an expression may call. `if(condition, then, else)` is part of the language, not of this table. */
export const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  abs: one(Math.abs),
  min: { least: 1, most: MANY, body: (args) => Math.min(...args) },
  max: { least: 1, most: MANY, body: (args) => Math.max(...args) },
  sqrt: one(Math.sqrt),
  exp: one(Math.exp),
  ln: one(Math.log),
  log10: one(Math.log10),
  pow: two(Math.pow),
  round: one(roundHalfAway),
  dew_point: two(dewPoint),
  absolute_humidity: two(absoluteHumidity),
  heat_index: two(heatIndex),
};

/** 2.5 → 3 and −2.5 → −3, as people round. */
function roundHalfAway(x: number): number {
  return Math.sign(x) * Math.round(Math.abs(x));
}

// Magnus form over water with the coefficients of Alduchov & Eskridge (1996), J. Appl. Meteor. 35,
// 601–609: within 0.4 % of the saturation pressure from −40 to 50 °C.
const MAGNUS_A = 17.625;
const MAGNUS_B = 243.04;
const MAGNUS_HPA = 6.1094;

/** Dew point in °C from temperature in °C and relative humidity in % (Lawrence 2005, BAMS 86, 225–233, eq. 8). */
export function dewPoint(celsius: number, humidityPercent: number): number {
  const gamma = Math.log(humidityPercent / 100) + (MAGNUS_A * celsius) / (MAGNUS_B + celsius);
  return (MAGNUS_B * gamma) / (MAGNUS_A - gamma);
}

/** Water in g/m³ from temperature in °C and relative humidity in %: ideal gas law, 461.5 J/(kg·K) for vapour. */
export function absoluteHumidity(celsius: number, humidityPercent: number): number {
  const saturationHpa = MAGNUS_HPA * Math.exp((MAGNUS_A * celsius) / (MAGNUS_B + celsius));
  const vapourPascal = saturationHpa * humidityPercent;
  return (1000 * vapourPascal) / (461.5 * (celsius + 273.15));
}

/**
 * Heat index in °C from temperature in °C and relative humidity in %: the regression of Rothfusz
 * (US National Weather Service, technical attachment SR 90-23) with the NWS adjustments; below 80 °F Steadman's formula.
 */
export function heatIndex(celsius: number, humidityPercent: number): number {
  const t = celsius * 1.8 + 32;
  const r = humidityPercent;
  const simple = (0.5 * (t + 61 + (t - 68) * 1.2 + r * 0.094) + t) / 2;
  if (simple < 80) return (simple - 32) / 1.8;
  let index =
    -42.379 +
    2.04901523 * t +
    10.14333127 * r -
    0.22475541 * t * r -
    0.00683783 * t * t -
    0.05481717 * r * r +
    0.00122874 * t * t * r +
    0.00085282 * t * r * r -
    0.00000199 * t * t * r * r;
  if (r < 13 && t <= 112) index -= ((13 - r) / 4) * Math.sqrt((17 - Math.abs(t - 95)) / 17);
  else if (r > 85 && t <= 87) index += ((r - 85) / 10) * ((87 - t) / 5);
  return (index - 32) / 1.8;
}
