import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { Json, TestApp } from './app.ts';
import { createWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

export const HOT_RULE = { when: { metric: 'temperature', above: [{ limit: 30 }] } };

/** One reading of a sensor that `HOT_RULE` watches. */
export function reading(temperature: number, sensorId = 'oven'): Json {
  return { sensor_id: sensorId, readings: { temperature } };
}

/** A webhook contact with a receiver behind it; answers the receiver. */
export async function addReceiver(platform: TestApp, id: string): Promise<WebhookReceiver> {
  const receiver = await createWebhookReceiver(onTestFinished);
  await platform.put(`/v1/contacts/${id}`, { channel: 'webhook', settings: { url: receiver.url } });
  return receiver;
}

/** `/v1/deliveries`, newest first. */
export async function deliveries(platform: TestApp, query = ''): Promise<Json[]> {
  return (await platform.call('GET', `/v1/deliveries${query}`)).body.items;
}

/** The bodies of what came in. */
export function events(receiver: WebhookReceiver): Json[] {
  return receiver.received.map(({ body }) => JSON.parse(body));
}

/** What each of them tells: raised, cleared, … */
export function types(receiver: WebhookReceiver): string[] {
  return events(receiver).map(({ type }) => type.replace('vigie.alert.', ''));
}

/** Waits until nothing is under way any more, so that what does not come can be told. */
export async function settled(platform: TestApp): Promise<void> {
  const isOver = ({ state }: Json) => state === 'sent' || state === 'given_up';
  await expect
    .poll(async () => (await deliveries(platform)).every(isOver), { timeout: 10_000 })
    .toBe(true);
  await sleep(50);
}
