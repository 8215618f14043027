import { expect, test } from 'vitest';
import { splitSenmlName } from './senml-name.ts';

test.each([
  ['freezer-3/temperature', 'freezer-3', 'temperature'],
  ['lyon/freezer-3/temperature', 'lyon:freezer-3', 'temperature'],
  ['freezer-3:temperature', 'freezer-3', 'temperature'],
  ['lyon:freezer-3:temperature', 'lyon:freezer-3', 'temperature'],
  ['freezer-3', 'freezer-3', 'value'],
  ['freezer-3/', 'freezer-3', 'value'],
  ['urn:dev:ow:10e2', 'urn:dev:ow:10e2', 'value'],
  ['urn:dev:ow:10e2:', 'urn:dev:ow:10e2', 'value'],
  ['urn:dev:ow:10e2:temp', 'urn:dev:ow:10e2', 'temp'],
  ['URN:DEV:ow:10e2:temp', 'URN:DEV:ow:10e2', 'temp'],
  ['urn:dev:ow:10e2/temp', 'urn:dev:ow:10e2', 'temp'],
  ['urn:dev:mac:0024befffe804ff1:a:b', 'urn:dev:mac:0024befffe804ff1:a', 'b'],
  ['urn:uuid:f81d4fae-7dec', 'urn:uuid:f81d4fae-7dec', 'value'],
  ['urn:uuid:f81d4fae-7dec:temp', 'urn:uuid:f81d4fae-7dec', 'temp'],
  ['2001:db8::2', '2001:db8::2', 'value'],
  ['2001:db8::2/3311/0/5850', '2001:db8::2:3311:0', '5850'],
  ['00:24:be:ff:fe:80', '00:24:be:ff:fe:80', 'value'],
  ['a/b:c', 'a', 'b_c'],
])('%s is sensor %s, metric %s', (name, sensorId, metric) => {
  const from = { unit: undefined, defaultSensorId: undefined };
  expect(splitSenmlName(name, from)).toEqual({ sensorId, metric });
});

test.each([
  ['temperature', 'freezer-3', 'temperature'],
  ['freezer-3', 'freezer-3', 'value'],
  ['freezer-3:', 'freezer-3', 'value'],
  ['freezer-3:temperature', 'freezer-3', 'temperature'],
  ['freezer-3/air/temperature', 'freezer-3', 'air_temperature'],
  ['freezer-30', 'freezer-3', 'freezer-30'],
  ['freezer-4/temperature', 'freezer-4', 'temperature'],
  ['', 'freezer-3', 'value'],
])('under the topic of freezer-3, %j is sensor %s, metric %s', (name, sensorId, metric) => {
  const from = { unit: undefined, defaultSensorId: 'freezer-3' };
  expect(splitSenmlName(name, from)).toEqual({ sensorId, metric });
});

test('a name without a metric measures what its unit says', () => {
  const metricOf = (unit: string) =>
    splitSenmlName('a', { unit, defaultSensorId: undefined }).metric;
  expect(['Cel', '%RH', '%EL', 'lat', 'lon', 'V', 'constructor'].map(metricOf)).toEqual([
    'temperature',
    'humidity',
    'battery',
    'latitude',
    'longitude',
    'value',
    'value',
  ]);
});
