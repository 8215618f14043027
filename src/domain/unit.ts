/**
 * UCUM codes (https://ucum.org) of metrics whose name says what they measure, for readings that carry
 * no unit. A unit that a sender or a person gives takes their place.
 */
const UNIT_BY_METRIC: Readonly<Record<string, string>> = {
  temperature: 'Cel',
  dew_point: 'Cel',
  humidity: '%',
  pressure: 'hPa',
  battery: '%',
  co2: '[ppm]',
  voltage: 'V',
  current: 'A',
  power: 'W',
  energy: 'kW.h',
  illuminance: 'lx',
  sound_level: 'dB',
  wind_speed: 'm/s',
  rainfall: 'mm',
};

/** The unit that a metric is taken to have; null where its name does not tell. */
export function usualUnit(metric: string): string | null {
  return Object.hasOwn(UNIT_BY_METRIC, metric) ? (UNIT_BY_METRIC[metric] ?? null) : null;
}
