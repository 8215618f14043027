/** Share of a day at which the curve stands, per sensor, so that they do not all peak at once. */
const DAY_MS = 86_400_000;
/** An excursion lasts so many readings of a sensor. */
const EXCURSION_READINGS = 20;
export const EXCURSION_CELSIUS = 40;

export interface SignalOptions {
  sensors: number;
  /** Share of readings that belong to an excursion, 0–1. */
  hot: number;
}

/** The id of simulated sensor `index`. */
export function sensorId(index: number): string {
  return `sim-${String(index + 1).padStart(5, '0')}`;
}

/**
 * Body of reading `number`: sensors take turns. Temperature and humidity follow the day with noise,
 * pressure the weather; now and then a sensor is at 40 °C for 20 readings. The same numbers give the
 * same reading.
 */
export function readingValues(
  number: number,
  timeMs: number,
  options: SignalOptions,
): { temperature: number; humidity: number; pressure: number } {
  const sensor = number % options.sensors;
  const turn = Math.floor(number / options.sensors);
  const character = noise(sensor * 31 + 7);
  const phase = 2 * Math.PI * (timeMs / DAY_MS + character / 6);
  const isHot = noise(sensor * 7919 + Math.floor(turn / EXCURSION_READINGS)) < options.hot;
  const flutter = noise(number * 3 + 1) - 0.5;
  return {
    temperature: round(
      isHot
        ? EXCURSION_CELSIUS + flutter
        : 16 + 8 * character + 5 * Math.sin(phase) + 0.6 * flutter,
    ),
    humidity: round(52 - 14 * Math.sin(phase) + 3 * (noise(number * 5 + 2) - 0.5)),
    pressure: round(1013 + 9 * Math.sin(phase / 5 + character) + 0.4 * (noise(number * 11) - 0.5)),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A number in [0, 1) that depends on nothing but `seed` (the mixer of MurmurHash3). */
function noise(seed: number): number {
  let x = seed | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 4_294_967_296;
}
