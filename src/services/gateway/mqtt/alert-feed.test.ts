import { expect, test } from 'vitest';
import type { Alert } from '#domain/alert.ts';
import { AlertFeed, type AlertMessage, isAlertFilter } from './alert-feed.ts';

const alert = { id: '1', sensor_id: 'freezer', state: 'active' } as Alert;

function subscriber(customer: string) {
  const heard: AlertMessage[] = [];
  return { customer, heard, deliver: (message: AlertMessage) => void heard.push(message) };
}

test('only filters of alerts can be subscribed to', () => {
  for (const filter of ['v1/alerts/#', 'v1/alerts/+', 'v1/alerts/freezer-3', 'v1/alerts/é']) {
    expect(isAlertFilter(filter)).toBe(true);
  }
  for (const filter of [
    '#',
    'v1/#',
    'v1/alerts',
    'v1/alerts/a/b',
    'v1/alerts/a+',
    '$SYS/#',
    'v1/sensors/a/readings',
  ]) {
    expect(isAlertFilter(filter)).toBe(false);
  }
});

test('an alert goes to the clients of its customer, once, with the best QoS that they were granted', () => {
  const feed = new AlertFeed();
  const all = subscriber('main');
  const one = subscriber('main');
  const elsewhere = subscriber('main');
  const stranger = subscriber('other');
  feed.subscribe(all, 'v1/alerts/#', 0);
  feed.subscribe(all, 'v1/alerts/freezer', 2);
  feed.subscribe(one, 'v1/alerts/freezer', 0);
  feed.subscribe(elsewhere, 'v1/alerts/oven', 1);
  feed.subscribe(stranger, 'v1/alerts/#', 1);
  feed.publish({ customer: 'main', alert });
  expect(all.heard).toMatchObject([{ topic: 'v1/alerts/freezer', qos: 1 }]);
  expect(JSON.parse(String(all.heard[0]?.payload))).toEqual(alert);
  expect(one.heard).toMatchObject([{ qos: 0 }]);
  expect(elsewhere.heard).toEqual([]);
  expect(stranger.heard).toEqual([]);
});

test('who has unsubscribed or gone hears nothing, and filters are bounded', () => {
  const feed = new AlertFeed();
  const client = subscriber('main');
  feed.subscribe(client, 'v1/alerts/#', 1);
  feed.unsubscribe(client, 'v1/alerts/#');
  feed.publish({ customer: 'main', alert });
  feed.subscribe(client, 'v1/alerts/#', 1);
  feed.remove(client);
  feed.publish({ customer: 'main', alert });
  expect(client.heard).toEqual([]);
  for (let i = 0; i < 1000; i++) feed.subscribe(client, `v1/alerts/s${i}`, 1);
  expect(feed.hasRoomFor(client, 'v1/alerts/s0')).toBe(true);
  expect(feed.hasRoomFor(client, 'v1/alerts/more')).toBe(false);
});
