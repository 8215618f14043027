import { queryOptions } from '@tanstack/react-query';
import type { Contact, ContactInput } from '#domain/notification.ts';
import type { ContactTestResult } from '#domain/questions.ts';
import { ApiProblem } from '../api/api-problem.ts';
import { ask } from '../api/ask.ts';
import { findObstacle, type Obstacle } from './obstacle.ts';
import { findSubscription, settingsOf, subscribe } from './subscription.ts';
import { forgetTold, isTold, keepTold, readTold } from './told-record.ts';

/** A push service takes a second at most; a phone that sleeps somewhat longer. */
const ARRIVAL_MS = 15_000;

export interface ThisBrowser {
  obstacle: Obstacle | undefined;
  /** The contact that is this browser; undefined where it is not told. */
  contact: Contact | undefined;
  /** There is a contact, and messages do not come any more. */
  isLost: boolean;
  /** Why that could not be mended; undefined where somebody has to allow notifications first. */
  problem: unknown;
}

const address = (id: string) => `/v1/contacts/${encodeURIComponent(id)}` as const;

/** Whether this browser is told, as the platform and the browser itself say. What can be mended is. */
export const thisBrowserQuery = queryOptions({
  // Below the contacts: what changes those changes this.
  queryKey: ['contacts', 'this-browser'],
  queryFn: async (): Promise<ThisBrowser> => {
    const obstacle = await findObstacle();
    const contact = (await isTold()) ? await findContact() : undefined;
    const as = { obstacle, contact, problem: undefined };
    if (contact === undefined || obstacle !== undefined) return { ...as, isLost: false };
    try {
      const mended = await mend(contact);
      return { ...as, contact: mended ?? contact, isLost: mended === undefined };
    } catch (problem) {
      return { ...as, isLost: true, problem };
    }
  },
  // Somebody may have changed the permission since, which no event tells.
  refetchOnMount: 'always',
});

async function findContact(): Promise<Contact | undefined> {
  const record = await readTold();
  if (record === undefined) return undefined;
  try {
    const contact = await ask<Contact>(`GET ${address(record.contact)}`);
    return contact.channel === 'push' ? contact : undefined;
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 404) return undefined;
    throw problem;
  }
}

/**
 * A browser may lose its subscription or be given another one while no page is open: the contact follows. undefined where
 * the browser would have to ask for permission, which nobody should see who touched nothing.
 */
async function mend(contact: Contact): Promise<Contact | undefined> {
  if (Notification.permission !== 'granted') return undefined;
  const [record, found] = await Promise.all([readTold(), findSubscription()]);
  if (found !== null && found.endpoint === record?.endpoint) return contact;
  return putSubscription(contact, found ?? (await subscribe(false)));
}

/** For when the dashboard opens; nobody is bothered by what fails, the page that is for it says so. */
export async function mendThisBrowser(): Promise<void> {
  if ((await findObstacle()) !== undefined) return;
  const contact = await findContact();
  if (contact !== undefined) await mend(contact);
}

async function putSubscription(contact: Contact, subscription: PushSubscription): Promise<Contact> {
  const { id, created_at: _made, updated_at: _changed, failing: _failing, ...input } = contact;
  const body = { ...input, settings: settingsOf(subscription) };
  const stored = await ask<Contact>(`PUT ${address(id)}`, { body });
  await keep(stored, subscription);
  return stored;
}

async function keep({ id, language }: Contact, { endpoint }: PushSubscription): Promise<void> {
  await keepTold({ contact: id, endpoint, language });
}

/**
 * Makes this browser a contact, or renews the one that it is. To be called in answer to a touch: the browser asks for
 * permission then. undefined where the person closed that question or said no.
 */
export async function tellThisBrowser(
  input: Omit<ContactInput, 'channel' | 'settings'>,
  before: Contact | undefined,
): Promise<Contact | undefined> {
  if ((await Notification.requestPermission()) !== 'granted') return undefined;
  const subscription = await subscribe(before !== undefined);
  if (before !== undefined) return putSubscription(before, subscription);
  const body = { ...input, channel: 'push', settings: settingsOf(subscription) };
  const stored = await ask<Contact>('POST /v1/contacts', { body });
  await keep(stored, subscription);
  return stored;
}

/** Throws `invalid_state` while a policy or rotation names the contact: then nothing is changed. */
export async function stopThisBrowser({ id }: Contact): Promise<void> {
  await ask(`DELETE ${address(id)}`);
  await forgetTold();
  const registered = await navigator.serviceWorker?.getRegistration();
  await (await registered?.pushManager?.getSubscription())?.unsubscribe();
}

/** The contact as it was, with a new subscription: the old one is gone for good. */
export async function tellAgain(contact: Contact): Promise<void> {
  await putSubscription(contact, await subscribe(false));
}

/** `arrived`: it was shown here; `sent`: the push service took it, and nothing has come yet; `failed`: it did not. */
export interface TestOutcome {
  name: 'arrived' | 'sent' | 'failed';
  detail: string;
}

/** Sends a real message all the way, and waits until this browser's worker has shown it. */
export async function testThisBrowser({ id }: Contact): Promise<TestOutcome> {
  const stop = new AbortController();
  const arrival = new Promise<'arrived'>((arrived) =>
    navigator.serviceWorker.addEventListener(
      'message',
      ({ data }) => data?.arrived === 'test' && arrived('arrived'),
      { signal: stop.signal },
    ),
  );
  try {
    const result = await ask<ContactTestResult>(`POST ${address(id)}/test`);
    const detail = result.detail ?? result.receipt ?? '';
    if (result.outcome !== 'sent') return { name: 'failed', detail };
    const late = new Promise<'sent'>((isLate) => setTimeout(isLate, ARRIVAL_MS, 'sent'));
    return { name: await Promise.race([arrival, late]), detail };
  } finally {
    stop.abort();
  }
}
