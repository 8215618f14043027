import { VigieError } from '#domain/errors.ts';
import { isMetricName, isSensorId, type ParsedReadings } from '#domain/reading.ts';
import { msFromMicros } from '#domain/time.ts';
import { decodeUtf8, outlineJson, parseJsonText, pointerToken } from '#platform/json-scan.ts';
import {
  type Fault,
  fault,
  isFault,
  metricFault,
  quote,
  readSensorId,
  timeFault,
  tooManyMetrics,
} from './faults.ts';
import { internShape } from './interning.ts';
import { checkTime, noReadings, type ParseContext } from './parse-context.ts';
import { ReadingColumns } from './reading-columns.ts';
import { isSenmlName, splitSenmlName } from './senml-name.ts';

/** RFC 8428 section 4.4: a pack of a newer version is not to be used. */
const VERSION = 10;
/** RFC 8428 section 4.5.3: below this, seconds are relative to now. */
const FIRST_ABSOLUTE_S = 2 ** 28;
const MAX_UNIT_CHARACTERS = 64;
const SUM_SUFFIX = '.sum';

const FIELD_TYPES: ReadonlyMap<string, 'string' | 'number' | 'boolean'> = new Map(
  Object.entries({
    bn: 'string',
    bt: 'number',
    bu: 'string',
    bv: 'number',
    bs: 'number',
    bver: 'number',
    n: 'string',
    u: 'string',
    v: 'number',
    vs: 'string',
    vb: 'boolean',
    vd: 'string',
    s: 'number',
    t: 'number',
    ut: 'number',
  } as const),
);

/** A record whose fields have the types of the table above. */
interface SenmlRecord {
  bn?: string;
  bt?: number;
  bu?: string;
  bv?: number;
  bs?: number;
  bver?: number;
  n?: string;
  u?: string;
  v?: number;
  vs?: string;
  vb?: boolean;
  vd?: string;
  s?: number;
  t?: number;
  ut?: number;
}

/** Records of one sensor and time, joined. */
interface JoinedReading {
  /** Of the first record. */
  index: number;
  sensorId: string;
  timeMs: number;
  values: Map<string, number>;
  units: Map<string, string>;
  updateWithinMs: number | undefined;
}

/**
 * A SenML pack (RFC 8428, `application/senml+json`). Records of one sensor and time become one reading with
 * the index of the first; units go to `metadata.units`, the shortest `ut` to `metadata.updateWithinMs`, `vb`
 * is 0 or 1, a sum is a metric of its own (`power.sum`). Of base value and value (base sum and sum) the one that
 * is missing is 0 (section 4.5.4). Names are split as `splitSenmlName` says. Strings and
 * data are refused, each record on its own. Records that only set base fields are no readings.
 *
 * Throws `VigieError` where no record can be trusted: what `parseJson` throws, and `senml_invalid` where the
 * pack is no array, is of a newer version, holds a record of very many values, or a base field is damaged.
 */
export function parseSenml(bytes: Uint8Array, context: ParseContext): ParsedReadings {
  const text = decodeUtf8(bytes);
  const outline = outlineJson(text, context.limits.readingsPerRequest);
  if (outline.crowded.size > 0) {
    throw new VigieError('senml_invalid', 'A SenML record holds too many values.');
  }
  const root = parseJsonText(text);
  if (!Array.isArray(root)) {
    throw new VigieError('senml_invalid', 'A SenML pack is an array of records.');
  }
  const pack = new Pack(context);
  const columns = new ReadingColumns(Math.max(1, root.length));
  for (const [index, item] of root.entries()) {
    const problem = pack.add(item, index, outline.duplicates.get(index));
    if (problem !== undefined) {
      const payload = text.slice(outline.starts[index], outline.ends[index]);
      columns.refuse(problem, { index, sensorId: pack.sensorIdOf(item), payload });
    }
  }
  pack.writeTo(columns);
  if (columns.count === 0 && columns.refused.length === 0) throw noReadings();
  return columns.finish(context.receivedMs);
}

class Pack {
  readonly #context: ParseContext;
  readonly #readings = new Map<string, JoinedReading>();
  #baseName = '';
  #baseTimeS = 0;
  #baseUnit: string | undefined;
  #baseValue: number | undefined;
  #baseSum: number | undefined;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  /** `duplicate` points to a name that the record has twice. */
  add(item: unknown, index: number, duplicate: string | undefined): Fault | undefined {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      return fault('not_an_object', '', 'A SenML record is a JSON object.');
    }
    let problem = fieldFault(item);
    if (problem === undefined && duplicate !== undefined) {
      problem = fault('duplicate_key', duplicate, 'The name appears twice in one object.');
    }
    // All that follows would be read wrongly.
    if (problem !== undefined && /^\/b(?:n|t|u|v|s|ver)$/.test(problem.pointer)) {
      throw new VigieError('senml_invalid', `Record ${index}: ${problem.detail}`, {
        pointer: `/${index}${problem.pointer}`,
      });
    }
    const record = item as SenmlRecord;
    this.#setBases(record, index);
    if (problem !== undefined) return problem;
    if (Object.keys(record).every((name) => name.startsWith('b'))) return undefined;
    const { v, vb, vs, vd, s } = record;
    const own = v ?? vb ?? vs ?? vd ?? s;
    if (own === undefined && this.#baseValue === undefined && this.#baseSum === undefined) {
      return fault('senml_invalid', '', 'The record has no value.');
    }
    return this.#join(record, index);
  }

  /** The sensor that a refused record seems to be of. */
  sensorIdOf(item: unknown): string | null {
    const { n, u } = (item ?? {}) as Record<string, unknown>;
    const name = this.#baseName + (typeof n === 'string' ? n : '');
    if (!isSenmlName(name)) return this.#context.defaultSensorId ?? null;
    const unit = typeof u === 'string' ? u : this.#baseUnit;
    const { sensorId } = splitSenmlName(name, {
      unit,
      defaultSensorId: this.#context.defaultSensorId,
    });
    return isSensorId(sensorId) ? sensorId : null;
  }

  writeTo(columns: ReadingColumns): void {
    for (const reading of this.#readings.values()) {
      const { index, sensorId, timeMs, values, units, updateWithinMs } = reading;
      for (const value of values.values()) columns.pushValue(value);
      const metadata = {
        ...(units.size > 0 ? { units: Object.fromEntries(units) } : {}),
        ...(updateWithinMs === undefined ? {} : { updateWithinMs }),
      };
      columns.add({
        index,
        sensorId,
        timeMs,
        shape: internShape([...values.keys()]),
        metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
      });
    }
  }

  #setBases(record: SenmlRecord, index: number): void {
    const { bver } = record;
    if (bver !== undefined && !(Number.isInteger(bver) && bver >= 1 && bver <= VERSION)) {
      throw new VigieError('senml_invalid', `SenML version ${bver} is not known; ${VERSION} is.`, {
        pointer: `/${index}/bver`,
      });
    }
    this.#baseName = record.bn ?? this.#baseName;
    this.#baseTimeS = record.bt ?? this.#baseTimeS;
    this.#baseUnit = record.bu ?? this.#baseUnit;
    this.#baseValue = record.bv ?? this.#baseValue;
    this.#baseSum = record.bs ?? this.#baseSum;
  }

  /** Resolves a record that has a value or a sum (RFC 8428 section 4.6) and joins it to those of its time. */
  #join(record: SenmlRecord, index: number): Fault | undefined {
    const context = this.#context;
    const { defaultSensorId } = context;
    const name = this.#baseName + (record.n ?? '');
    if (!isSenmlName(name) && !(name === '' && defaultSensorId !== undefined)) {
      return fault('senml_invalid', '/n', `${quote(name)} is not a SenML name.`);
    }
    const unit = record.u ?? this.#baseUnit;
    const split = splitSenmlName(name, { unit, defaultSensorId });
    const sensorId = readSensorId(split.sensorId, context);
    if (isFault(sensorId)) return sensorId;
    const timeMs = this.#timeOf(record);
    const late = checkTime(timeMs, context);
    if (late !== undefined) return timeFault(late, `The time ${this.#baseTimeS + (record.t ?? 0)}`);
    const values = this.#valuesOf(record, split.metric);
    if (isFault(values)) return values;

    const key = `${sensorId} ${timeMs}`;
    const known = this.#readings.get(key);
    const reading: JoinedReading = known ?? {
      index,
      sensorId,
      timeMs,
      values: new Map(),
      units: new Map(),
      updateWithinMs: undefined,
    };
    for (const { metric } of values) {
      if (!isMetricName(metric)) return metricFault(metric);
      if (reading.values.has(metric)) {
        return fault('duplicate_key', '/n', `${quote(metric)} appears twice at the same time.`);
      }
    }
    const limit = context.limits.metricsPerReading;
    if (reading.values.size + values.length > limit) return tooManyMetrics(limit);
    if (known === undefined) this.#readings.set(key, reading);
    for (const { metric, value, isSum } of values) {
      reading.values.set(metric, value);
      // A sum is in the unit times seconds.
      if (unit !== undefined) reading.units.set(metric, isSum ? `${unit}.s` : unit);
    }
    if (record.ut !== undefined) {
      reading.updateWithinMs = Math.min(reading.updateWithinMs ?? Infinity, record.ut * 1000);
    }
    return undefined;
  }

  #timeOf(record: SenmlRecord): number {
    const seconds = this.#baseTimeS + (record.t ?? 0);
    const micros = seconds * 1e6;
    return msFromMicros(
      seconds < FIRST_ABSOLUTE_S ? this.#context.receivedMs * 1000 + micros : micros,
    );
  }

  #valuesOf(
    record: SenmlRecord,
    metric: string,
  ): { metric: string; value: number; isSum: boolean }[] | Fault {
    const given = (['v', 'vb', 'vs', 'vd'] as const).filter((field) => record[field] !== undefined);
    if (given.length > 1) {
      return fault('senml_invalid', `/${given[1]}`, 'A record has one value, not several.');
    }
    const [field] = given;
    if (field === 'vs' || field === 'vd') {
      const kind = field === 'vs' ? 'strings' : 'data';
      return fault(
        'value_not_number',
        `/${field}`,
        `Numbers and booleans are stored, not ${kind}.`,
      );
    }
    const values: { metric: string; value: number; isSum: boolean }[] = [];
    if (record.vb !== undefined) {
      values.push({ metric, value: record.vb ? 1 : 0, isSum: false });
    } else if (record.v !== undefined || this.#baseValue !== undefined) {
      values.push({ metric, value: (this.#baseValue ?? 0) + (record.v ?? 0), isSum: false });
    }
    if (record.s !== undefined || this.#baseSum !== undefined) {
      const value = (this.#baseSum ?? 0) + (record.s ?? 0);
      values.push({ metric: `${metric}${SUM_SUFFIX}`, value, isSum: true });
    }
    const infinite = values.find(({ value }) => !Number.isFinite(value));
    if (infinite === undefined) return values;
    return fault('value_not_finite', infinite.isSum ? '/s' : '/v', 'The value is too large.');
  }
}

/** The first field, base fields first, with a wrong type or that must be understood (RFC 8428 section 4.4). */
function fieldFault(record: object): Fault | undefined {
  let found: Fault | undefined;
  for (const [name, value] of Object.entries(record)) {
    const isBase = name.startsWith('b');
    if (found !== undefined && !isBase) continue;
    const problem = faultOfField(name, value);
    if (problem === undefined) continue;
    if (isBase) return problem;
    found = problem;
  }
  return found;
}

function faultOfField(name: string, value: unknown): Fault | undefined {
  const type = FIELD_TYPES.get(name);
  if (type === undefined) {
    if (!name.endsWith('_')) return undefined;
    const detail = `${quote(name)} must be understood and is not known.`;
    return fault('senml_invalid', `/${pointerToken(name)}`, detail);
  }
  if (typeof value !== type) {
    const code = name === 'v' ? 'value_not_number' : 'senml_invalid';
    return fault(code, `/${name}`, `${quote(name)} must be a ${type}.`);
  }
  if (type === 'number' && !Number.isFinite(value)) {
    const code = name === 'v' || name === 's' ? 'value_not_finite' : 'senml_invalid';
    return fault(code, `/${name}`, `${quote(name)} is too large.`);
  }
  if (name === 'ut' && (value as number) < 0) {
    return fault('senml_invalid', '/ut', '"ut" must not be negative.');
  }
  if ((name === 'u' || name === 'bu') && !isUnit(value as string)) {
    return fault('senml_invalid', `/${name}`, `${quote(name)} is not a unit.`);
  }
  return undefined;
}

function isUnit(text: string): boolean {
  return text.length <= MAX_UNIT_CHARACTERS && !/[\p{Cc}\p{Cs}]/u.test(text);
}
