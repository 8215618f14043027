import { Point } from '@influxdata/influxdb-client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { type LineContext, LineProtocolParser, parseLineProtocol } from './line-protocol.ts';

const NOW = Date.parse('2026-11-22T05:00:00Z');
const context: LineContext = { limits: DEFAULT_LIMITS, receivedMs: NOW };
const parse = (text: string, using: Partial<LineContext> = {}) =>
  parseLineProtocol(new TextEncoder().encode(text), { ...context, ...using });

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
  return 'none';
}

/** The readings of a text, each as an object. */
function readings(text: string, using: Partial<LineContext> = {}) {
  const { batch, refused } = parse(text, using);
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

const valuesOf = (text: string, using?: Partial<LineContext>) => readings(text, using)[0]?.values;

/** The one refusal of a text that is one line. */
function refusal(text: string, using: Partial<LineContext> = {}) {
  const { batch, refused } = parse(text, using);
  expect(batch.count).toBe(0);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.payload).toBe(text);
  expect(refused[0]?.detail).toMatch(/\.$/);
  return { code: refused[0]?.code, pointer: refused[0]?.pointer };
}

describe('the measurement "reading"', () => {
  test('has metrics under their own names, a location, and labels', () => {
    const line = `reading,sensor_id=freezer-3,location=lyon/kitchen,site=lyon,floor=2 temperature=-18.4,door=f ${NOW}000000`;
    expect(readings(line)).toEqual([
      {
        sensorId: 'freezer-3',
        timeMs: NOW,
        values: { temperature: -18.4, door: 0 },
        metadata: { location: 'lyon/kitchen', labels: { site: 'lyon', floor: '2' } },
      },
    ]);
  });

  test('shares shapes and places between lines', () => {
    const { batch } = parse('reading,host=a,location=x t=1,h=2\nreading,host=b,location=x t=3,h=4');
    expect(batch.shapes[1]).toBe(batch.shapes[0]);
    expect(batch.metadata[1]).toBe(batch.metadata[0]);
    expect(batch.metadata[0]).toEqual({ location: 'x' });
  });

  test('refuses a field that is no metric name', () => {
    expect(refusal('reading,host=a air\\ temp=1')).toEqual({
      code: 'metric_invalid',
      pointer: '/readings/air temp',
    });
  });
});

describe('any other measurement', () => {
  test('is joined with the field and the values of the other tags, in the order of their keys', () => {
    expect(valuesOf('disk,path=/,host=web-1,device=sda1 used=5i,free=7i')).toEqual({
      'disk.used.sda1._': 5,
      'disk.free.sda1._': 7,
    });
    expect(valuesOf('disk,host=web-1,device=sda1 used=1')).toEqual({ 'disk.used.sda1': 1 });
    expect(valuesOf('mem,host=web-1 used=1')).toEqual({ 'mem.used': 1 });
  });

  test('has _ for what a metric may not hold', () => {
    const line = 'my\\ disk,host=a,dev=/dev/sd\\ a\\,1\\=x,cpu=cpu-total used\\ %=1';
    expect(valuesOf(line)).toEqual({ 'my_disk.used__.cpu-total._dev_sd_a_1_x': 1 });
  });

  test('is refused where the joined name is too long', () => {
    expect(refusal(`disk,host=a,path=${'p'.repeat(70)} used=1`).code).toBe('metric_invalid');
  });

  test('has no labels and no location', () => {
    expect(readings('mem,host=a,location=x used=1')[0]).toMatchObject({
      metadata: undefined,
      values: { 'mem.used.x': 1 },
    });
  });
});

describe('the sensor', () => {
  test('is named by the tag of the setting, then sensor_id, then host', () => {
    const idOf = (tags: string, using?: Partial<LineContext>) =>
      readings(`reading,${tags} t=1`, using)[0];
    expect(idOf('host=h,sensor_id=s')?.sensorId).toBe('s');
    expect(idOf('host=h')?.sensorId).toBe('h');
    expect(idOf('host=h,sensor_id=s,probe=p', { sensorTag: 'probe' })?.sensorId).toBe('p');
    expect(idOf('host=h,sensor_id=s', { sensorTag: 'probe' })?.sensorId).toBe('s');
    expect(idOf('host=h,sensor_id=s,probe=p')?.metadata).toEqual({
      labels: { host: 'h', probe: 'p' },
    });
    expect(idOf('site=x', { defaultSensorId: 'topic' })?.sensorId).toBe('topic');
  });

  test('may need escapes', () => {
    expect(refusal('reading,host=a\\ b t=1').code).toBe('sensor_id_invalid');
    expect(readings('reading,host=a,site=a\\ b t=1\nreading,host=a,site=a\\ b t=2')).toHaveLength(
      2,
    );
    expect(readings('reading,host=a,site=a\\ b\\=c\\,d\\e t=1')[0]?.metadata).toEqual({
      labels: { site: 'a b=c,d\\e' },
    });
  });

  test.each([
    ['sensor_id_missing', 'cpu usage=1'],
    ['sensor_id_missing', 'cpu,site=x usage=1'],
    ['sensor_id_invalid', 'cpu,host=../etc usage=1'],
    ['sensor_id_invalid', 'cpu,sensor_id=a/b,host=c usage=1'],
    ['sensor_id_invalid', `cpu,host=${'h'.repeat(201)} usage=1`],
  ])('is refused with %s: %.40s', (code, line) => {
    expect(refusal(line)).toEqual({ code, pointer: '/sensor_id' });
  });

  test('of a topic is not contradicted', () => {
    expect(refusal('cpu,host=a usage=1', { defaultSensorId: 'b' }).code).toBe('sensor_id_mismatch');
  });
});

describe('lines', () => {
  test('that are blank or comments do not count', () => {
    const text =
      '\n# reading,host=x t=1\n\r\n  \t\nreading,host=a t=1\r\n#\n bad\n  reading,host=b t=2\n# end';
    const { batch, refused } = parse(text);
    expect(batch.sensorIds).toEqual(['a', 'b']);
    expect(batch.indexes).toEqual([0, 2]);
    expect(refused).toMatchObject([{ index: 1, code: 'line_invalid', payload: 'bad' }]);
  });

  test('none at all is no request', () => {
    for (const text of ['', '\n', '# nothing', '# a\n\n  ']) {
      expect(codeOf(() => parse(text))).toBe('no_readings');
    }
  });

  test('more than allowed refuse the request', () => {
    const limits = { ...DEFAULT_LIMITS, readingsPerRequest: 1 };
    expect(codeOf(() => parse('reading,host=a t=1\n#\n', { limits }))).toBe('none');
    expect(codeOf(() => parse('bad\nreading,host=a t=1', { limits }))).toBe('too_many_readings');
  });

  test.each([
    ['line_invalid', 'reading'],
    ['line_invalid', 'reading,host=a'],
    ['line_invalid', 'reading,host=a '],
    ['line_invalid', 'reading,host=a t'],
    ['line_invalid', 'reading,host=a t '],
    ['line_invalid', 'reading,host=a =1'],
    ['line_invalid', 'reading,host=a t=1,'],
    ['line_invalid', 'reading,host=a ,t=1'],
    ['line_invalid', 'reading,host=a t=1,,h=1'],
    ['line_invalid', ',host=a t=1'],
    ['line_invalid', 'reading,host= t=1'],
    ['line_invalid', 'reading,=a t=1'],
    ['line_invalid', 'reading,host t=1'],
    ['line_invalid', 'reading,,host=a t=1'],
    ['line_invalid', 'reading,host=a=b t=1'],
    ['line_invalid', '{"sensor_id":"a","readings":{"t":1}}'],
    ['duplicate_key', 'reading,host=a,host=b t=1'],
    ['duplicate_key', 'reading,host=a t=1,t=2'],
    ['duplicate_key', 'disk,host=a a/b=1,a_b=2'],
    ['metadata_invalid', `reading,host=a,location=${'x'.repeat(501)} t=1`],
    ['metadata_invalid', `reading,host=a,site=${'x'.repeat(501)} t=1`],
    ['metadata_invalid', 'reading,host=a,site=\u0007 t=1'],
  ])('are refused with %s: %.60s', (code, line) => {
    expect(refusal(line.trimEnd()).code).toBe(code);
  });

  test('with more fields than a reading may have are refused', () => {
    const fields = (count: number) =>
      Array.from({ length: count }, (_, i) => `f${i}=${i}`).join(',');
    expect(readings(`reading,host=a ${fields(64)}`)).toHaveLength(1);
    expect(refusal(`reading,host=a ${fields(65)}`).code).toBe('too_many_metrics');
  });

  test('that are not UTF-8 are refused', () => {
    for (const line of ['reading,host=caf\u00e9 t=1', 'reading,host=a temp\u00e9=1']) {
      const bytes = Buffer.concat([
        Buffer.from(line, 'latin1'),
        Buffer.from('\nreading,host=b t=1'),
      ]);
      const { batch, refused } = parseLineProtocol(bytes, context);
      expect(batch.sensorIds).toEqual(['b']);
      expect(refused).toMatchObject([{ code: 'invalid_utf8' }]);
    }
    expect(valuesOf('reading,host=café température=1')).toEqual({ température: 1 });
  });

  test('with a text over several lines are refused whole, and what follows is read', () => {
    const text =
      'log,host=a level=3i,message="first\nreading,host=evil t=1\n\\"last\\"" 1\nreading,host=b t=1';
    const { batch, refused } = parse(text);
    expect(batch.sensorIds).toEqual(['b']);
    expect(batch.indexes).toEqual([1]);
    expect(refused).toMatchObject([
      { index: 0, code: 'value_not_number', pointer: '/readings/log.message', sensorId: 'a' },
    ]);
    expect(refused[0]?.payload).toBe(text.slice(0, text.lastIndexOf('\n')));
  });

  test('without a space anywhere are each given up soon', () => {
    const { batch, refused } = parse(`${'x'.repeat(200)}\n`.repeat(50_000));
    expect([batch.count, refused.length]).toEqual([0, 50_000]);
  });

  test('with a very long head are read', () => {
    const tags = Array.from({ length: 60 }, (_, i) => `,tag${i}=${'x'.repeat(100)}\\ ${i}`).join(
      '',
    );
    const line = `reading,host=a${tags} t=1`;
    expect(parse(`${line}\n${line}`).batch.count).toBe(2);
  });

  test('with a text that never ends do not swallow the others', () => {
    const { batch, refused } = parse('log,host=a m="never\nreading,host=b t=1\nreading,host=c t=1');
    expect(batch.sensorIds).toEqual(['b', 'c']);
    expect(refused).toMatchObject([{ index: 0, payload: 'log,host=a m="never' }]);
  });
});

test('what the JavaScript client of InfluxDB writes is read', () => {
  const point = new Point('reading')
    .tag('sensor_id', 'freezer-3')
    .tag('location', 'Lyon, kitchen = cold\n2')
    .floatField('temperature', -18.25)
    .intField('door.count', 7)
    .uintField('uptime', 12)
    .booleanField('open', true)
    .timestamp('1763780400123456789');
  expect(readings(String(point))).toEqual([
    {
      sensorId: 'freezer-3',
      timeMs: 1763780400123.456,
      values: { 'door.count': 7, open: 1, temperature: -18.25, uptime: 12 },
      metadata: { location: 'Lyon, kitchen = cold\\n2' },
    },
  ]);
  const text = String(new Point('log').tag('host', 'a').stringField('m', 'a "b" \\ c\nd'));
  expect(refusal(text).code).toBe('value_not_number');
});

test('any bytes give readings and refusals, never anything else', () => {
  const own = new LineProtocolParser();
  const part = fc.constantFrom(
    'reading',
    'cpu',
    ',host=a',
    ',sensor_id=b',
    ',x=\\ y',
    ' ',
    't=1',
    ',u=2i',
    'v="a b"',
    '"',
    '\\',
    '\n',
    '#',
    '=',
    ',',
    ' 17',
    'é',
    '\0',
  );
  const text = fc.array(part, { maxLength: 25 }).map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 60 })), (bytes) => {
      let parsed: ReturnType<typeof parse>;
      try {
        parsed = own.parse(bytes, context);
      } catch (error) {
        if (error instanceof VigieError && error.code === 'no_readings') return;
        throw error;
      }
      const { batch, refused } = parsed;
      const indexes = [
        ...refused.map(({ index }) => index),
        ...(batch.indexes ?? batch.sensorIds.map((_, i) => i)),
      ].sort((a, b) => a - b);
      expect(indexes).toEqual(indexes.map((_, i) => i));
      expect(batch.valueCount).toBe(batch.shapes.reduce((sum, { length }) => sum + length, 0));
      // A parser that remembers nothing says the same.
      expect(new LineProtocolParser().parse(bytes, context)).toEqual(parsed);
    }),
    { numRuns: 600 },
  );
});
