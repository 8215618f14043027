import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_KEY, createApiUnderTest } from '#test/support/create-api.ts';

async function listen(url: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
    signal: stop.signal,
  });
  let heard = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) heard += decoder.decode(chunk);
  })();
  reading.catch(() => {});
  const until = (text: string) => expect.poll(() => heard, { timeout: 3000 }).toContain(text);
  return { response, until, stop: () => stop.abort(), heard: () => heard, ended: reading };
}

const alert = (id: string) =>
  ({ customer: 'main', alert: { id, sensor_id: 'freezer-3', state: 'active' } }) as never;

test('/v1/events streams alerts and resumes after Last-Event-ID', async () => {
  const { bus, url } = await createApiUnderTest();
  const first = await listen(`${url}/v1/events?topics=alerts`);
  expect(first.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  await first.until('retry:');
  bus.publish('alert', alert('a1'));
  await first.until('"a1"');
  const [, lastId = ''] = /^id: (\S+)$/m.exec(first.heard()) ?? [];
  first.stop();
  bus.publish('alert', alert('a2'));
  const byHeader = await listen(`${url}/v1/events?topics=alerts`, { 'last-event-id': lastId });
  await byHeader.until('"a2"');
  expect(byHeader.heard()).not.toContain('"a1"');
  const byQuery = await listen(`${url}/v1/events?topics=alerts&last_event_id=${lastId}`);
  await byQuery.until('"a2"');
});

test('/v1/events keeps to the sensors that are named', async () => {
  const { bus, url } = await createApiUnderTest();
  const stream = await listen(`${url}/v1/events?topics=samples&sensor_id=a,b`);
  await stream.until('retry:');
  const readings = ['a', 'b', 'c'].map((sensor_id) => ({
    sensor_id,
    timestamp: '2026-11-22T05:00:00.000Z',
    readings: { temperature: 1 },
  }));
  bus.publish('samples', { customer: 'main', readings });
  await stream.until('"sensor_id":"b"');
  expect(stream.heard()).not.toContain('"sensor_id":"c"');
});

test('/v1/events refuses unknown topics', async () => {
  const { ask } = await createApiUnderTest();
  const { status, body } = await ask('GET /v1/events?topics=alerts,weather');
  expect([status, body.code, body.pointer]).toEqual([400, 'invalid_request', '/topics']);
});

test('a stop of the server ends the streams', async () => {
  const { http, url } = await createApiUnderTest();
  const stream = await listen(`${url}/v1/events`);
  await stream.until('retry:');
  await http.stop(5000);
  await stream.ended;
});
