import { describe, expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import type { ParseContext } from './parse-context.ts';
import { parseSenml } from './senml.ts';

const NOW = Date.parse('2026-11-22T05:00:00Z');
const context: ParseContext = { limits: DEFAULT_LIMITS, receivedMs: NOW };

function parse(pack: unknown, using: Partial<ParseContext> = {}) {
  const text = typeof pack === 'string' ? pack : JSON.stringify(pack);
  return parseSenml(new TextEncoder().encode(text), { ...context, ...using });
}

/** The readings of a pack, each as an object; refuses refusals. */
function readings(pack: unknown, using: Partial<ParseContext> = {}) {
  const { batch, refused } = parse(pack, using);
  expect(refused).toEqual([]);
  let value = 0;
  return batch.sensorIds.map((sensorId, i) => ({
    sensorId,
    timeMs: batch.timesMs[i],
    values: Object.fromEntries(
      (batch.shapes[i] ?? []).map((name) => [name, batch.values[value++]]),
    ),
    metadata: batch.metadata[i],
  }));
}

function failure(pack: unknown, using: Partial<ParseContext> = {}) {
  try {
    parse(pack, using);
  } catch (error) {
    if (error instanceof VigieError) return { code: error.code, pointer: error.pointer };
    throw error;
  }
  return undefined;
}

describe('the examples of RFC 8428 section 5', () => {
  const at = (seconds: number) => Math.round(seconds * 1e6) / 1000;
  const device = 'urn:dev:ow:10e2073a01080063';

  test('5.1.1 single datapoint', () => {
    expect(readings('[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]')).toEqual([
      {
        sensorId: device,
        timeMs: NOW,
        values: { temperature: 23.1 },
        metadata: { units: { temperature: 'Cel' } },
      },
    ]);
  });

  test('5.1.2 multiple datapoints, now', () => {
    expect(
      readings(
        '[{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},{"n":"current","u":"A","v":1.2}]',
      ),
    ).toEqual([
      {
        sensorId: device,
        timeMs: NOW,
        values: { voltage: 120.1, current: 1.2 },
        metadata: { units: { voltage: 'V', current: 'A' } },
      },
    ]);
  });

  test('5.1.2 multiple datapoints, over time', () => {
    const found = readings(
      `[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
        {"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},{"n":"current","t":-3,"v":1.4},
        {"n":"current","t":-2,"v":1.5},{"n":"current","t":-1,"v":1.6},{"n":"current","v":1.7}]`,
    );
    expect(found).toHaveLength(6);
    expect(found[0]).toEqual({
      sensorId: 'urn:dev:ow:10e2073a0108006',
      timeMs: 1276020076001,
      values: { voltage: 120.1, current: 1.7 },
      metadata: { units: { voltage: 'V', current: 'A' } },
    });
    expect(found.slice(1).map(({ timeMs, values }) => [timeMs, values.current])).toEqual([
      [1276020071001, 1.2],
      [1276020072001, 1.3],
      [1276020073001, 1.4],
      [1276020074001, 1.5],
      [1276020075001, 1.6],
    ]);
  });

  test('5.1.2 humidity every ten seconds', () => {
    const found = readings(
      '[{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":21.2},{"t":10,"v":21.3},{"t":20,"v":21.4}]',
    );
    expect(found.map(({ sensorId, timeMs, values }) => [sensorId, timeMs, values])).toEqual([
      [device, at(1320067464), { humidity: 21.2 }],
      [device, at(1320067474), { humidity: 21.3 }],
      [device, at(1320067484), { humidity: 21.4 }],
    ]);
  });

  const tracker = `[{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":20},
    {"u":"lon","v":24.30621},{"u":"lat","v":60.07965},{"t":60,"v":20.3},{"u":"lon","t":60,"v":24.30622},
    {"u":"lat","t":60,"v":60.07965},{"t":120,"v":20.7},{"u":"lon","t":120,"v":24.30623},
    {"u":"lat","t":120,"v":60.07966},{"u":"%EL","t":150,"v":98},{"t":180,"v":21.2},
    {"u":"lon","t":180,"v":24.30628},{"u":"lat","t":180,"v":60.07967}]`;

  test('5.1.3 multiple measurements of a mobile device', () => {
    const found = readings(tracker);
    expect(found.map(({ timeMs, values }) => [timeMs, values])).toEqual([
      [at(1320067464), { humidity: 20, longitude: 24.30621, latitude: 60.07965 }],
      [at(1320067524), { humidity: 20.3, longitude: 24.30622, latitude: 60.07965 }],
      [at(1320067584), { humidity: 20.7, longitude: 24.30623, latitude: 60.07966 }],
      [at(1320067614), { battery: 98 }],
      [at(1320067644), { humidity: 21.2, longitude: 24.30628, latitude: 60.07967 }],
    ]);
    expect(found[0]?.metadata).toEqual({
      units: { humidity: '%RH', longitude: 'lon', latitude: 'lat' },
    });
  });

  test('5.1.4 the same, resolved', () => {
    const resolved = (
      [
        ['%RH', 1320067464, 20],
        ['lon', 1320067464, 24.30621],
        ['lat', 1320067464, 60.07965],
        ['%RH', 1320067524, 20.3],
        ['lon', 1320067524, 24.30622],
        ['lat', 1320067524, 60.07965],
        ['%RH', 1320067584, 20.7],
        ['lon', 1320067584, 24.30623],
        ['lat', 1320067584, 60.07966],
        ['%EL', 1320067614, 98],
        ['%RH', 1320067644, 21.2],
        ['lon', 1320067644, 24.30628],
        ['lat', 1320067644, 60.07967],
      ] as const
    ).map(([u, t, v]) => ({ n: device, u, t, v }));
    expect(readings(resolved)).toEqual(readings(tracker));
  });

  test('5.1.5 multiple data types: numbers and booleans are stored, text and data refused', () => {
    const { batch, refused } = parse(
      `[{"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},{"n":"label","vs":"Machine Room"},
        {"n":"open","vb":false},{"n":"nfc-reader","vd":"aGkgCg"}]`,
    );
    expect(batch.shapes).toEqual([['temp', 'open']]);
    expect([...batch.values]).toEqual([23.1, 0]);
    expect(refused).toMatchObject([
      {
        index: 1,
        code: 'value_not_number',
        pointer: '/vs',
        sensorId: device,
        payload: '{"n":"label","vs":"Machine Room"}',
      },
      { index: 3, code: 'value_not_number', pointer: '/vd' },
    ]);
  });

  test('5.1.6 collection of resources', () => {
    const found = readings(
      `[{"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":25.2},{"n":"humidity","u":"%RH","v":30},
        {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},{"n":"humidity","u":"%RH","v":67}]`,
    );
    expect(found.map(({ sensorId, timeMs, values }) => [sensorId, timeMs, values])).toEqual([
      ['2001:db8::2', at(1320078429), { temperature: 25.2, humidity: 30 }],
      ['2001:db8::1', at(1320078429), { temperature: 12.3, humidity: 67 }],
    ]);
  });

  test('5.1.7 setting an actuator', () => {
    expect(
      readings(
        '[{"bn":"urn:dev:ow:10e2073a01080063:"},{"n":"temp","u":"Cel","v":23.1},{"n":"heat","u":"/","v":1},{"n":"fan","u":"/","v":0}]',
      )[0],
    ).toMatchObject({ sensorId: device, values: { temp: 23.1, heat: 1, fan: 0 } });
    const lights = readings(
      '[{"bt":1.320078429e+09,"bu":"/","n":"2001:db8::3","v":0.5},{"n":"2001:db8::4","v":0.5},{"n":"2001:db8::3","t":0.1,"v":0},{"n":"2001:db8::4","t":0.1,"v":0}]',
    );
    expect(lights.map(({ sensorId, timeMs, values }) => [sensorId, timeMs, values])).toEqual([
      ['2001:db8::3', at(1320078429), { value: 0.5 }],
      ['2001:db8::4', at(1320078429), { value: 0.5 }],
      ['2001:db8::3', at(1320078429.1), { value: 0 }],
      ['2001:db8::4', at(1320078429.1), { value: 0 }],
    ]);
  });
});

describe('names', () => {
  test('that name another sensor than the topic are refused', () => {
    const using = { defaultSensorId: 'freezer-3' };
    expect(parse([{ n: 'freezer-4/t', v: 1 }], using).refused).toMatchObject([
      { code: 'sensor_id_mismatch' },
    ]);
    expect(readings([{ v: 1, u: 'Cel' }], using)[0]?.values).toEqual({ temperature: 1 });
  });

  test.each([
    ['senml_invalid', ''],
    ['senml_invalid', '/a'],
    ['senml_invalid', '_a'],
    ['senml_invalid', 'a b'],
    ['senml_invalid', 'é'],
    ['senml_invalid', '../etc/passwd'],
    ['sensor_id_invalid', `${'a'.repeat(201)}/t`],
    ['metric_invalid', `a/${'m'.repeat(65)}`],
    ['metric_invalid', 'a/..'],
  ])('are refused with %s: %.30s', (code, n) => {
    expect(parse([{ n, v: 1 }]).refused).toMatchObject([{ index: 0, code }]);
  });
});

describe('base fields', () => {
  test('stay until they are given anew, and add to names, times, values and sums', () => {
    const found = readings([
      { bn: 'a/', bt: 1.7e9, bu: 'W', bv: 100, bs: 1000, n: 'p', v: 1, s: 5 },
      { n: 'q', u: 'V', v: -0.5, t: 1 },
      { bn: 'b/', bt: 1.7e9 + 10, n: 'p', v: 2, s: -1 },
    ]);
    expect(found).toEqual([
      {
        sensorId: 'a',
        timeMs: 1.7e12,
        values: { p: 101, 'p.sum': 1005 },
        metadata: { units: { p: 'W', 'p.sum': 'W.s' } },
      },
      {
        sensorId: 'a',
        timeMs: 1.7e12 + 1000,
        values: { q: 99.5, 'q.sum': 1000 },
        metadata: { units: { q: 'V', 'q.sum': 'V.s' } },
      },
      {
        sensorId: 'b',
        timeMs: 1.7e12 + 10_000,
        values: { p: 102, 'p.sum': 999 },
        metadata: { units: { p: 'W', 'p.sum': 'W.s' } },
      },
    ]);
  });

  test('give the value or the sum of a record that has none of its own', () => {
    const found = readings([
      { bn: 'a/', bv: 20, n: 't', t: -2 },
      { n: 't', v: 0.5, t: -1 },
      { n: 'open', vb: true, t: -1 },
      { bs: 7, n: 'p' },
    ]);
    expect(found.map(({ values }) => values)).toEqual([
      { t: 20 },
      { t: 20.5, open: 1 },
      { p: 20, 'p.sum': 7 },
    ]);
  });

  test('of a refused record count for those after it', () => {
    const { batch } = parse([
      { bn: 'a/', n: 't', vs: 'x' },
      { n: 't', v: 1 },
    ]);
    expect(batch.sensorIds).toEqual(['a']);
    expect(batch.indexes).toEqual([1]);
  });

  test('alone are no reading', () => {
    expect(failure([{ bn: 'a/', bt: 1 }])).toMatchObject({ code: 'no_readings' });
    expect(failure([{ bn: 'a/t', bv: 1, bs: 1 }])).toMatchObject({ code: 'no_readings' });
  });

  test.each([
    ['/0/bn', [{ bn: 7, n: 'a', v: 1 }]],
    ['/0/bn', [{ t: 'x', bn: 7, n: 'a', v: 1 }]],
    [
      '/1/bt',
      [
        { n: 'a', v: 1 },
        { bt: '1', n: 'b', v: 1 },
      ],
    ],
    ['/0/bu', [{ bu: null, n: 'a', v: 1 }]],
    ['/0/bver', [{ bver: 11, n: 'a', v: 1 }]],
    ['/0/bver', [{ bver: 0, n: 'a', v: 1 }]],
    ['/0/bver', [{ bver: 9.5, n: 'a', v: 1 }]],
    ['/0/bn', '[{"bn":"a","bn":"b","v":1}]'],
    ['/0/bv', '[{"bv":1e999,"n":"b","v":1}]'],
  ])('that are damaged refuse the pack: %s', (pointer, pack) => {
    expect(failure(pack)).toEqual({ code: 'senml_invalid', pointer });
  });

  test('of a record too large to be read refuse the pack', () => {
    const pack = `[{"n":"a","v":1},{"x":[${'1,'.repeat(100_000)}1]}]`;
    expect(failure(pack)).toMatchObject({ code: 'senml_invalid' });
  });
});

describe('records', () => {
  test('of one sensor and time are one reading, with the place of the first', () => {
    const { batch } = parse([
      { n: 'a/t', v: 1, t: -1, ut: 60 },
      { n: 'b/t', v: 2, t: -1 },
      { n: 'a/h', v: 3, t: -1, ut: 30 },
    ]);
    expect(batch.sensorIds).toEqual(['a', 'b']);
    expect(batch.shapes).toEqual([['t', 'h'], ['t']]);
    expect([...batch.values]).toEqual([1, 3, 2]);
    expect(batch.metadata).toEqual([{ updateWithinMs: 30_000 }, undefined]);
  });

  test.each([
    ['not_an_object', '', [7]],
    ['not_an_object', '', [null]],
    ['not_an_object', '', [[]]],
    ['senml_invalid', '', [{ n: 'a/t' }]],
    ['senml_invalid', '', [{ n: 'a/t', u: 'V', t: 1 }]],
    ['senml_invalid', '/vb', [{ n: 'a/t', v: 1, vb: true }]],
    ['senml_invalid', '/n', [{ n: 7, v: 1 }]],
    ['senml_invalid', '/t', [{ n: 'a/t', v: 1, t: '2026-11-22T05:00:00Z' }]],
    ['senml_invalid', '/vb', [{ n: 'a/t', vb: 1 }]],
    ['senml_invalid', '/ut', [{ n: 'a/t', v: 1, ut: -1 }]],
    ['senml_invalid', '/u', [{ n: 'a/t', v: 1, u: 'x'.repeat(65) }]],
    ['senml_invalid', '/u', [{ n: 'a/t', v: 1, u: 'a\nb' }]],
    ['senml_invalid', '/mode_', [{ n: 'a/t', v: 1, mode_: 1 }]],
    ['value_not_number', '/v', [{ n: 'a/t', v: '1' }]],
    ['value_not_number', '/v', [{ n: 'a/t', v: null }]],
    ['value_not_finite', '/v', '[{"n":"a/t","v":1e999}]'],
    ['value_not_finite', '/v', '[{"bv":1e308,"n":"a/t","v":1e308}]'],
    ['value_not_finite', '/s', '[{"n":"a/t","s":-1e999}]'],
    ['duplicate_key', '/v', '[{"n":"a/t","v":1,"v":2}]'],
  ])('are refused with %s at %j: %j', (code, pointer, pack) => {
    const { batch, refused } = parse(pack);
    expect(batch.count).toBe(0);
    expect(refused).toMatchObject([{ index: 0, code, pointer }]);
  });

  test('that say the same metric at the same time again are refused', () => {
    const { batch, refused } = parse([
      { n: 'a/t', v: 1 },
      { n: 'a/t', v: 2 },
    ]);
    expect([...batch.values]).toEqual([1]);
    expect(refused).toMatchObject([{ index: 1, code: 'duplicate_key', pointer: '/n' }]);
  });

  test('with more metrics than a reading may have are refused', () => {
    const many = Array.from({ length: 65 }, (_, i) => ({ n: `a/m${i}`, v: i }));
    const { batch, refused } = parse(many);
    expect(batch.valueCount).toBe(64);
    expect(refused).toMatchObject([{ index: 64, code: 'too_many_metrics' }]);
  });

  test('may have fields that nobody knows, and a sum alone', () => {
    expect(readings([{ n: 'a/e', s: 3.5, l: 'x', constructor: 1 }])[0]?.values).toEqual({
      'e.sum': 3.5,
    });
  });
});

test.each([
  ['invalid_json', '[{"n":"a","v":NaN}]'],
  ['senml_invalid', '{"n":"a","v":1}'],
  ['senml_invalid', '{"bn":"a","e":[{"n":"t","v":1}]}'],
  ['senml_invalid', '"x"'],
  ['no_readings', '[]'],
  ['nesting_too_deep', '['.repeat(100_000)],
])('a pack is refused with %s: %.40s', (code, text) => {
  expect(failure(text)?.code).toBe(code);
});

test('a pack with too many records is refused, and one that is not UTF-8', () => {
  const limits = { ...DEFAULT_LIMITS, readingsPerRequest: 1 };
  const two = [
    { n: 'a', v: 1 },
    { n: 'b', v: 1 },
  ];
  expect(failure(two, { limits })?.code).toBe('too_many_readings');
  const bytes = Buffer.from('[{"n":"a","vs":"é"}]', 'latin1');
  expect(() => parseSenml(bytes, context)).toThrow(VigieError);
});
