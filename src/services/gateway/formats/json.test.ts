import { describe, expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS, type ParsedReadings } from '#domain/reading.ts';
import { parseJson, parseJsonByReference } from './json.ts';
import type { ParseContext } from './parse-context.ts';

const NOW = Date.parse('2026-11-22T05:00:00.123Z');
const context: ParseContext = { limits: DEFAULT_LIMITS, receivedMs: NOW };
const bytesOf = (text: string) => new TextEncoder().encode(text);

function parse(text: string, using: Partial<ParseContext> = {}): ParsedReadings {
  return parseJson(bytesOf(text), { ...context, ...using });
}

function codeOf(bytes: string | Uint8Array, using: Partial<ParseContext> = {}): string {
  try {
    parseJson(typeof bytes === 'string' ? bytesOf(bytes) : bytes, { ...context, ...using });
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
  return 'none';
}

/** The one refusal of a text that holds one reading. */
function refusal(text: string, using: Partial<ParseContext> = {}) {
  const { batch, refused } = parse(text, using);
  expect(batch.count).toBe(0);
  expect(refused).toHaveLength(1);
  const [first] = refused;
  expect(first?.detail).toMatch(/\.$/);
  expect(first?.payload).toBe(text);
  return { code: first?.code, pointer: first?.pointer };
}

test('the reading of the contract', () => {
  const { batch, refused } = parse(
    `{"sensor_id":"freezer-3","timestamp":"2026-11-22T05:00:00Z",
      "readings":{"temperature":-18.4,"pressure":1013.2,"humidity":41.0},
      "metadata":{"location":"lyon/kitchen","calibration_date":"2026-03-01T00:00:00Z"}}`,
  );
  expect(refused).toEqual([]);
  expect(batch).toEqual({
    count: 1,
    sensorIds: ['freezer-3'],
    timesMs: Float64Array.of(Date.parse('2026-11-22T05:00:00Z')),
    shapes: [['temperature', 'pressure', 'humidity']],
    values: Float64Array.of(-18.4, 1013.2, 41),
    valueCount: 3,
    metadata: [{ location: 'lyon/kitchen', calibrationDateMs: Date.parse('2026-03-01') }],
  });
});

test('one bad reading does not keep the others out, and is kept as it was sent', () => {
  const { batch, refused } = parse(
    '[{"sensor_id":"a","readings":{"t":1}}, {"sensor_id":"b","readings":{"t":1e999}} ,{"sensor_id":"c","readings":{"t":3}}]',
  );
  expect(batch.sensorIds).toEqual(['a', 'c']);
  expect(batch.indexes).toEqual([0, 2]);
  expect([...batch.values]).toEqual([1, 3]);
  expect(refused).toEqual([
    {
      index: 1,
      code: 'value_not_finite',
      pointer: '/readings/t',
      detail: expect.any(String),
      sensorId: 'b',
      payload: '{"sensor_id":"b","readings":{"t":1e999}}',
    },
  ]);
});

test('a reading without a time gets the time of receipt in whole microseconds', () => {
  for (const time of ['', '"timestamp":null,']) {
    const text = `{"sensor_id":"a",${time}"readings":{"t":1}}`;
    expect(parse(text, { receivedMs: 1000.1234567 }).batch.timesMs[0]).toBe(1000.123);
  }
});

test('a null metric was not measured and is skipped', () => {
  const { batch } = parse('{"sensor_id":"a","readings":{"a":null,"b":2,"c":null,"d":4}}');
  expect(batch.shapes).toEqual([['b', 'd']]);
  expect([...batch.values]).toEqual([2, 4]);
});

describe('a whole request is refused', () => {
  test.each([
    ['invalid_json', ''],
    ['invalid_json', '{"sensor_id":"a","readings":{"t":NaN}}'],
    ['invalid_json', '{"sensor_id":"a","readings":{"t":-Infinity}}'],
    ['invalid_json', '[{"sensor_id":"a","readings":{"t":1}},]'],
    ['invalid_json', '{"sensor_id":"a","readings":{"t":1}'],
    ['invalid_json', '{"sensor_id":"a","readings":{"t":0x10}}'],
    ['invalid_json', '{"sensor_id":"a"}{"sensor_id":"b"}'],
    ['no_readings', '[]'],
    ['nesting_too_deep', '['.repeat(1_000_000)],
    ['nesting_too_deep', `{"sensor_id":"a","metadata":${'{"a":'.repeat(200_000)}`],
  ])('with %s: %.60s', (code, text) => {
    expect(codeOf(text)).toBe(code);
  });

  test('where it is not UTF-8', () => {
    const latin1 = Buffer.from('{"sensor_id":"é","readings":{"t":1}}', 'latin1');
    expect(codeOf(latin1)).toBe('invalid_utf8');
    const surrogate = Buffer.from('7b2261223a22eda080227d', 'hex');
    expect(codeOf(surrogate)).toBe('invalid_utf8');
  });

  test('where it holds too many readings', () => {
    const limits = { ...DEFAULT_LIMITS, readingsPerRequest: 2 };
    const one = '{"sensor_id":"a","readings":{"t":1}}';
    expect(codeOf(`[${one},${one}]`, { limits })).toBe('none');
    expect(codeOf(`[${one},${one},${one}]`, { limits })).toBe('too_many_readings');
    expect(codeOf(`[${'1,'.repeat(2_000_000)}1]`)).toBe('too_many_readings');
  });
});

const withId = (id: string) => `{"sensor_id":${id},"readings":{"t":1}}`;
const withTime = (time: string) => `{"sensor_id":"a","timestamp":${time},"readings":{"t":1}}`;
const withValues = (values: string) => `{"sensor_id":"a","readings":${values}}`;
const withMetadata = (metadata: string) =>
  `{"sensor_id":"a","readings":{"t":1},"metadata":${metadata}}`;

describe('a reading is refused', () => {
  test.each([
    ['not_an_object', '', '7'],
    ['not_an_object', '', 'null'],
    ['not_an_object', '', '"text"'],
    ['duplicate_key', '/sensor_id', '{"sensor_id":"a","sensor_id":"b","readings":{"t":1}}'],
    ['duplicate_key', '/readings/t', withValues('{"t":1,"t":2}')],
    ['duplicate_key', '/readings/t', withValues('{"t":1,"\\u0074":1}')],
    ['duplicate_key', '/metadata/x/y', withMetadata('{"x":{"y":1,"y":2}}')],
    ['unknown_field', '/reading', '{"sensor_id":"a","reading":{"t":1}}'],
    ['unknown_field', '/__proto__', '{"sensor_id":"a","readings":{"t":1},"__proto__":{}}'],
    ['sensor_id_missing', '/sensor_id', '{"readings":{"t":1}}'],
    ['sensor_id_missing', '/sensor_id', withId('null')],
    ['sensor_id_invalid', '/sensor_id', withId('7')],
    ['sensor_id_invalid', '/sensor_id', withId('""')],
    ['sensor_id_invalid', '/sensor_id', withId('"../../etc/passwd"')],
    ['sensor_id_invalid', '/sensor_id', withId('".."')],
    ['sensor_id_invalid', '/sensor_id', withId('"a\\u0000"')],
    ['sensor_id_invalid', '/sensor_id', withId('"a/b"')],
    ['sensor_id_invalid', '/sensor_id', withId('"+"')],
    ['sensor_id_invalid', '/sensor_id', withId('"\\ud800"')],
    ['sensor_id_invalid', '/sensor_id', withId(`"${'a'.repeat(201)}"`)],
    ['timestamp_invalid', '/timestamp', withTime('1732251600000')],
    ['timestamp_invalid', '/timestamp', withTime('"yesterday"')],
    ['timestamp_invalid', '/timestamp', withTime('"2026-13-01T00:00:00Z"')],
    ['timestamp_invalid', '/timestamp', withTime('"2026-11-22"')],
    ['timestamp_invalid', '/timestamp', withTime('{}')],
    ['timestamp_without_offset', '/timestamp', withTime('"2026-11-22T05:00:00"')],
    ['timestamp_in_future', '/timestamp', withTime('"2026-11-22T05:10:01Z"')],
    ['timestamp_in_future', '/timestamp', withTime('"9999-12-31T23:59:59Z"')],
    ['readings_missing', '/readings', '{"sensor_id":"a"}'],
    ['readings_missing', '/readings', withValues('null')],
    ['readings_missing', '/readings', withValues('[1,2]')],
    ['readings_missing', '/readings', withValues('{}')],
    ['readings_missing', '/readings', withValues('{"a":null}')],
    ['metric_invalid', '/readings/a b', withValues('{"a b":1}')],
    ['metric_invalid', '/readings/a~1b', withValues('{"a/b":1}')],
    ['metric_invalid', '/readings/', withValues('{"":1}')],
    ['metric_invalid', '/readings/a:b', withValues('{"a:b":null}')],
    ['value_not_number', '/readings/t', withValues('{"t":"NaN"}')],
    ['value_not_number', '/readings/t', withValues('{"t":"21.5"}')],
    ['value_not_number', '/readings/t', withValues('{"a":1,"t":true}')],
    ['value_not_number', '/readings/t', withValues('{"t":{"value":1}}')],
    ['value_not_finite', '/readings/t', withValues('{"t":-1e999}')],
    ['metadata_invalid', '/metadata', withMetadata('"lyon"')],
    ['metadata_invalid', '/metadata', withMetadata('["lyon"]')],
    ['metadata_invalid', '/metadata/location', withMetadata('{"location":7}')],
    ['metadata_invalid', '/metadata/location', withMetadata('{"location":"a\\u0000"}')],
    ['metadata_invalid', '/metadata/location', withMetadata(`{"location":"${'x'.repeat(501)}"}`)],
    ['metadata_invalid', '/metadata/calibration_date', withMetadata('{"calibration_date":"soon"}')],
    ['metadata_invalid', '/metadata/calibration_date', withMetadata('{"calibration_date":1}')],
    [
      'metadata_invalid',
      '/metadata/calibration_date',
      withMetadata('{"calibration_date":"2026-03-01T00:00:00"}'),
    ],
    ['metadata_invalid', '/metadata/labels', withMetadata('{"labels":["a"]}')],
    ['metadata_invalid', '/metadata/labels/a~1b', withMetadata('{"labels":{"a/b":1}}')],
    ['metadata_invalid', '/metadata/labels', withMetadata('{"labels":{"":"x"}}')],
  ])('with %s at %j: %.70s', (code, pointer, text) => {
    expect(refusal(text)).toEqual({ code, pointer });
  });

  test('with more metrics than a reading may have', () => {
    const many = (count: number) =>
      `{${Array.from({ length: count }, (_, i) => `"m${i}":${i}`).join(',')},"n":null}`;
    expect(parse(withValues(many(64))).batch.valueCount).toBe(64);
    expect(refusal(withValues(many(65)))).toEqual({
      code: 'too_many_metrics',
      pointer: '/readings',
    });
  });

  test.each([
    ['too_many_metrics', '/readings', withValues],
    ['unknown_field', '', (values: string) => values],
  ])('with %s at %j where it has a multitude of members', (code, pointer, make) => {
    const members = Array.from({ length: 300_000 }, (_, i) => `"m${i}":1`).join(',');
    const crowd = make(`{${members}}`);
    const { batch, refused } = parse(`[${withId('"a"')},${crowd}, ${withId('"c"')}]`);
    expect(batch.sensorIds).toEqual(['a', 'c']);
    expect(batch.indexes).toEqual([0, 2]);
    expect(refused).toMatchObject([{ index: 1, code, pointer, sensorId: null }]);
    expect(crowd.startsWith(refused[0]!.payload)).toBe(true);
    expect(codeOf(`[${crowd}, nonsense]`)).toBe('invalid_json');
  });

  test('with hundreds of nulls, though a few hundred pass', () => {
    const nulls = (count: number) =>
      withValues(`{"t":1,${Array.from({ length: count }, (_, i) => `"m${i}":null`).join(',')}}`);
    expect(parse(nulls(319)).batch.valueCount).toBe(1);
    expect(refusal(nulls(320)).code).toBe('too_many_metrics');
  });

  test.each([
    [
      'unknown_field',
      '/x',
      (values: string) => `{"sensor_id":"a","readings":{"t":1},"x":${values}}`,
    ],
    ['metadata_invalid', '/metadata', (values: string) => withMetadata(`{"x":${values}}`)],
    ['value_not_number', '/readings/t', (values: string) => withValues(`{"t":${values}}`)],
  ])('with %s at %j where that holds a multitude of values', (code, pointer, make) => {
    const { batch, refused } = parse(make(`[${'1,'.repeat(100_000)}1]`));
    expect(batch.count).toBe(0);
    expect(refused).toMatchObject([{ code, pointer }]);
  });

  test('with a time older than readings are kept', () => {
    const limits = { ...DEFAULT_LIMITS, retentionMs: 86_400_000 };
    const old = withTime('"2026-11-21T05:00:00Z"');
    expect(refusal(old, { limits }).code).toBe('timestamp_too_old');
    expect(parse(old).batch.count).toBe(1);
  });

  test('with an enormous id, whose payload is cut', () => {
    const { refused } = parse(withId(`"${'a'.repeat(1_000_000)}"`));
    expect(refused[0]).toMatchObject({ code: 'sensor_id_invalid', sensorId: null });
    expect(refused[0]?.payload).toHaveLength(65_536);
    expect(refused[0]?.detail.length).toBeLessThan(300);
  });
});

describe('metadata', () => {
  const metadataOf = (text: string) => parse(withMetadata(text)).batch.metadata[0];

  test('may be empty, null, or of no interest', () => {
    for (const text of ['{}', 'null', '{"battery":71}', '{"location":null,"labels":{}}']) {
      expect(metadataOf(text), text).toBeUndefined();
    }
  });

  test('hold a name of at most 200 characters that can be printed; any other is of no interest', () => {
    expect(metadataOf('{"name":"Cold room 3"}')).toEqual({ name: 'Cold room 3' });
    for (const name of ['7', '""', '" "', '["a"]', '"a\\u0000"', `"${'x'.repeat(201)}"`]) {
      expect(metadataOf(`{"name":${name}}`), name).toBeUndefined();
      expect(metadataOf(`{"location":"lyon","name":${name}}`)).toEqual({ location: 'lyon' });
    }
  });

  test('are one object where name, place and calibration are the same, and another where one differs', () => {
    const [a, b, c] = ['Oven', 'Oven', 'Kiln'].map((name) =>
      metadataOf(`{"location":"lyon","name":"${name}","x":${Math.random()}}`),
    );
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(metadataOf('{"name":"lyon"}')).not.toBe(metadataOf('{"location":"lyon"}'));
  });

  test('hold labels, and a calibration date with or without a time', () => {
    expect(metadataOf('{"labels":{"site":"lyon","__proto__":"x","gone":null}}')).toEqual({
      labels: Object.fromEntries([
        ['site', 'lyon'],
        ['__proto__', 'x'],
      ]),
    });
    expect(metadataOf('{"calibration_date":"2026-03-01"}')).toEqual({
      calibrationDateMs: Date.parse('2026-03-01T00:00:00Z'),
    });
    expect(metadataOf('{"calibration_date":"2026-03-01T01:00:00+01:00"}')).toEqual({
      calibrationDateMs: Date.parse('2026-03-01T00:00:00Z'),
    });
  });
});

describe('under a topic that names the sensor', () => {
  const using = { defaultSensorId: 'freezer-3' };

  test('the payload may leave it out or repeat it', () => {
    for (const id of ['', '"sensor_id":null,', '"sensor_id":"freezer-3",']) {
      expect(parse(`{${id}"readings":{"t":1}}`, using).batch.sensorIds).toEqual(['freezer-3']);
    }
  });

  test('another one is refused', () => {
    expect(refusal(withId('"freezer-4"'), using)).toEqual({
      code: 'sensor_id_mismatch',
      pointer: '/sensor_id',
    });
  });
});

test('names that objects have of their own are metrics like any other', () => {
  const { batch } = parse(withValues('{"__proto__":1,"constructor":2,"toString":3,"7":4}'));
  expect(batch.shapes[0]).toEqual(['7', '__proto__', 'constructor', 'toString']);
  expect([...batch.values]).toEqual([4, 1, 2, 3]);
});

test('a byte order mark before the text is dropped', () => {
  expect(parse(`\uFEFF${withId('"a"')}`).batch.count).toBe(1);
});

test('the reference way gives what the fast way gives', () => {
  const text = `[${withId('"a"')},${withTime('"2026-11-22T04:00:00.000001+02:00"')}]`;
  expect(parseJsonByReference(bytesOf(text), context)).toEqual(parse(text));
});
