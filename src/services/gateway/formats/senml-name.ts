import { isIPv6 } from 'node:net';

const SENML_NAME = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;
const EUI = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5,7}$/i;
/** Metric of a name that is only a sensor's. */
const LONE_METRIC = 'value';

/** Where a name is only a sensor's, some units say what is measured (RFC 8428 sections 5.1.3 and 12.1). */
const METRIC_BY_UNIT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Cel: 'temperature',
    '%RH': 'humidity',
    '%EL': 'battery',
    lat: 'latitude',
    lon: 'longitude',
  }),
);

/** True for the names that RFC 8428 section 4.5.1 allows. */
export function isSenmlName(name: string): boolean {
  return SENML_NAME.test(name);
}

/**
 * A resolved SenML name → sensor_id and metric:
 * - with a `/`, the metric follows the last one: `2001:db8::2/temperature`; a `/` further left becomes `:`;
 * - a URN keeps its own parts, and a metric may follow them: `urn:dev:ow:10e2073a0108006:voltage`;
 * - an IPv6 address or an EUI is a sensor;
 * - else the metric follows the last `:`, as in `freezer-3:temperature`;
 * - a name without a metric measures what its unit says (`Cel` → temperature), else `value`.
 *
 * Where a topic names the sensor, the metric is what follows that name, or the whole where it has no
 * separator. Separators at the end are dropped; those within a metric become `_`.
 */
export function splitSenmlName(
  name: string,
  from: { unit: string | undefined; defaultSensorId: string | undefined },
): { sensorId: string; metric: string } {
  const whole = name.replace(/[:/]+$/, '');
  const { defaultSensorId } = from;
  const cut = cutOf(whole, defaultSensorId);
  if (cut > 0) {
    return {
      sensorId: whole.slice(0, cut).replaceAll('/', ':'),
      metric: metricOf(whole.slice(cut + 1)),
    };
  }
  const measured = METRIC_BY_UNIT.get(from.unit ?? '') ?? LONE_METRIC;
  if (defaultSensorId === undefined || whole === defaultSensorId) {
    return { sensorId: whole, metric: measured };
  }
  return { sensorId: defaultSensorId, metric: whole === '' ? measured : metricOf(whole) };
}

function metricOf(text: string): string {
  return text.replaceAll(/[:/]/g, '_');
}

/** Position of the separator between sensor and metric; not above 0 where there is none. */
function cutOf(name: string, sensorId: string | undefined): number {
  if (sensorId !== undefined && name.startsWith(sensorId)) {
    const after = name[sensorId.length];
    if (after === undefined) return -1;
    if (after === ':' || after === '/') return sensorId.length;
  }
  const slash = name.lastIndexOf('/');
  if (slash >= 0) return slash;
  if (isIPv6(name) || EUI.test(name)) return -1;
  const colon = name.lastIndexOf(':');
  if (!name.toLowerCase().startsWith('urn:')) return colon;
  // urn:dev:<kind>:<id> (RFC 9039), else urn:<namespace>:<id>.
  const ownParts = name.toLowerCase().startsWith('urn:dev:') ? 4 : 3;
  return name.split(':').length > ownParts ? colon : -1;
}
