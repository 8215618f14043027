import type { SensorFilter } from '../../api/queries.ts';

/** What is in the address of the sensors page, so that it can be sent to a colleague. */
export interface SensorsSearch {
  /** Text within id, name or location. */
  q?: string | undefined;
  /** A status of the API, or `out_of_service`. */
  status?: string | undefined;
  /** `site=lyon`; several by commas. */
  label?: string | undefined;
}

const textOf = (value: unknown) =>
  typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number'
      ? String(value)
      : undefined;

export function readSensorsSearch(search: Record<string, unknown>): SensorsSearch {
  const read = { q: textOf(search.q), status: textOf(search.status), label: textOf(search.label) };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** As the API filters; half a label (`site=`) waits until it is whole. */
export function filterOf({ q, status, label = '' }: SensorsSearch): SensorFilter {
  const labels = label.split(',').flatMap((pair) => {
    const [name = '', value = ''] = pair.split('=', 2).map((part) => part.trim());
    return name === '' || value === '' ? [] : [[`label.${name}`, value] as const];
  });
  const is = status === 'out_of_service' ? { out_of_service: 'true' } : { status };
  return { q, ...is, ...Object.fromEntries(labels) };
}
