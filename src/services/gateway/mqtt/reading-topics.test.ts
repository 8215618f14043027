import { expect, test } from 'vitest';
import { parseTopic, ReadingTopics } from './reading-topics.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

test('the topic of readings names its sensor, in any script', () => {
  expect(parseTopic(bytes('v1/sensors/freezer-3/readings'))).toEqual({
    kind: 'readings',
    sensorId: 'freezer-3',
  });
  expect(parseTopic(bytes('v1/sensors/congélateur-é/readings'))).toMatchObject({
    sensorId: 'congélateur-é',
  });
});

test('a name that is no sensor_id is told apart from a topic that is not taken', () => {
  for (const named of ['', 'a b', 'a/b', '..', 'x'.repeat(201)]) {
    expect(parseTopic(bytes(`v1/sensors/${named}/readings`))).toEqual({
      kind: 'bad_sensor',
      named,
    });
  }
  for (const topic of [
    'v1/sensors/readings',
    'v1/sensors/a',
    'v1/alerts/a',
    '/v1/sensors/a/readings',
  ]) {
    expect(parseTopic(bytes(topic))).toEqual({ kind: 'foreign', topic });
  }
});

test('what is no topic at all is a violation', () => {
  expect(() => parseTopic(bytes(''))).toThrow('empty');
  for (const named of ['+', '#', 'a\u0000b']) {
    expect(() => parseTopic(bytes(`v1/sensors/${named}/readings`))).toThrow('wildcard');
  }
  expect(() => parseTopic(Buffer.from([0x76, 0xff, 0xfe]))).toThrow('UTF-8');
});

test('a topic is found again by its bytes', () => {
  const topics = new ReadingTopics();
  const packet = bytes('xxv1/sensors/capteur-é/readingsxx');
  const first = topics.find(packet, 2, packet.length - 2);
  expect(topics.find(packet, 2, packet.length - 2)).toBe(first);
  expect(first).toEqual({ kind: 'readings', sensorId: 'capteur-é' });
});
