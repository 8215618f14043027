import { expect, test } from 'vitest';
import { Bus } from './bus.ts';

test('a listener hears its topic until it unsubscribes', () => {
  const bus = new Bus();
  const heard: string[] = [];
  const stop = bus.subscribe('rules.changed', (event) => heard.push(event.customer));
  expect(bus.hasListeners('rules.changed')).toBe(true);
  bus.publish('rules.changed', { customer: 'main' });
  bus.publish('keys.changed', { customer: 'other' });
  stop();
  bus.publish('rules.changed', { customer: 'main' });
  expect(heard).toEqual(['main']);
  expect(bus.hasListeners('rules.changed')).toBe(false);
});
