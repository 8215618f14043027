import { beforeEach, describe, expect, test } from 'vitest';
import { notificationRow } from '#test/support/state-rows.ts';
import { Dispatcher } from './dispatcher.ts';

/** What is under way, by id, and how it may end. */
let running: Map<string, (isReached: boolean) => void>;
let done: number;
/** Outcomes become durable only when this resolves. */
let writing: PromiseWithResolvers<void>;
let holdsWriting: boolean;

function makeDispatcher(limits: Partial<ConstructorParameters<typeof Dispatcher>[0]> = {}) {
  return new Dispatcher({
    limit: 6,
    limitPerContact: 2,
    unwrittenPerContact: 4,
    waitingPerContact: 3,
    run: ({ id }) =>
      new Promise((resolve) =>
        running.set(id, (isReached) =>
          resolve({ isReached, written: holdsWriting ? writing.promise : Promise.resolve() }),
        ),
      ),
    onDone: () => done++,
    ...limits,
  });
}

const rows = (contact: string, count: number, customer = 'main') =>
  Array.from({ length: count }, (_, at) => ({
    ...notificationRow({ id: `${contact}${at}`, contact_id: contact, customer }),
    contact: null,
  }));

async function end(id: string, isReached = true): Promise<void> {
  running.get(id)?.(isReached);
  running.delete(id);
  await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(() => {
  running = new Map();
  done = 0;
  writing = Promise.withResolvers();
  holdsWriting = false;
});

describe('the dispatcher', () => {
  test('makes so many attempts at a time for a contact, and so many in all, in turn', () => {
    const dispatcher = makeDispatcher({ limit: 4 });
    dispatcher.offer([...rows('a', 3), ...rows('b', 3), ...rows('c', 3)]);
    expect([...running.keys()]).toEqual(['a0', 'b0', 'c0', 'a1']);
  });

  test('gives a free place to whoever has waited longest for a turn', async () => {
    const dispatcher = makeDispatcher({ limit: 1 });
    dispatcher.offer([...rows('a', 3), ...rows('b', 3)]);
    const order: string[] = [];
    while (running.size > 0) {
      const [id] = [...running.keys()];
      order.push(id!);
      await end(id!);
    }
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    expect(done).toBe(6);
    expect(dispatcher.size).toBe(0);
  });

  test('takes no more for a contact than may wait, and nothing twice', () => {
    const dispatcher = makeDispatcher();
    dispatcher.offer(rows('a', 9));
    dispatcher.offer(rows('a', 1));
    expect(dispatcher.knownIds()).toEqual(['a0', 'a1', 'a2']);
    dispatcher.offer(rows('a', 9));
    expect(dispatcher.knownIds()).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    expect(dispatcher.fullContacts()).toMatchObject([{ customer: 'main', contactId: 'a' }]);
  });

  test('frees a place when the outcome is known, as long as not too many wait to be written down', async () => {
    holdsWriting = true;
    const dispatcher = makeDispatcher({ waitingPerContact: 9 });
    dispatcher.offer(rows('a', 9));
    await end('a0');
    await end('a1');
    expect([...running.keys()]).toEqual(['a2', 'a3']);
    await end('a2');
    await end('a3');
    expect([...running.keys()]).toEqual([]);
    // Not taken again before the outbox shows what became of them.
    expect(dispatcher.knownIds()).toHaveLength(9);
    expect(done).toBe(0);
    writing.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect([...running.keys()]).toEqual(['a4', 'a5']);
    expect(dispatcher.knownIds()).toHaveLength(5);
    expect(done).toBe(4);
  });

  test('asks for more of a contact of whom it could not take all, before the last is under way', async () => {
    holdsWriting = true;
    const dispatcher = makeDispatcher({ limitPerContact: 1 });
    dispatcher.offer(rows('a', 4));
    await end('a0');
    expect(done).toBe(1);
    await end('a1');
    expect(done).toBe(1);
  });

  test('is idle once everything is written down', async () => {
    holdsWriting = true;
    const dispatcher = makeDispatcher();
    dispatcher.offer(rows('a', 1));
    await end('a0');
    let isIdle = false;
    void dispatcher.whenIdle().then(() => {
      isIdle = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isIdle).toBe(false);
    writing.resolve();
    await dispatcher.whenIdle();
    expect(isIdle).toBe(true);
  });

  test('tries a contact that could not be reached one at a time until it is', async () => {
    const dispatcher = makeDispatcher();
    dispatcher.offer(rows('a', 5));
    await end('a0', false);
    await end('a1', false);
    // What waited is given back to the outbox.
    expect(dispatcher.knownIds()).toEqual([]);
    dispatcher.offer(rows('a', 5));
    expect([...running.keys()]).toEqual(['a0']);
    expect(dispatcher.knownIds()).toEqual(['a0']);
    await end('a0', true);
    dispatcher.offer(rows('a', 5));
    expect(running.size).toBe(2);
  });

  test('leaves half of the places to contacts that can be reached', async () => {
    const dispatcher = makeDispatcher({ limit: 4 });
    for (const contact of ['a', 'b', 'c', 'd']) {
      dispatcher.offer(rows(contact, 1));
      await end(`${contact}0`, false);
    }
    dispatcher.offer(['a', 'b', 'c', 'd'].flatMap((contact) => rows(contact, 1)));
    expect(running.size).toBe(2);
    dispatcher.offer([...rows('e', 1), ...rows('f', 1)]);
    expect(running.size).toBe(4);
    await end('a0', false);
    expect([...running.keys()].sort()).toEqual(['b0', 'c0', 'e0', 'f0']);
  });

  test("forgets what waits for one customer's contacts, not what is under way", () => {
    const dispatcher = makeDispatcher();
    dispatcher.offer([...rows('a', 3), ...rows('b', 3, 'other')]);
    dispatcher.forget('main');
    expect(dispatcher.knownIds().sort()).toEqual(['a0', 'a1', 'b0', 'b1', 'b2']);
  });

  test('starts nothing once it is stopped, and is idle when the last attempt has ended', async () => {
    const dispatcher = makeDispatcher();
    dispatcher.offer(rows('a', 3));
    dispatcher.stop();
    dispatcher.offer(rows('b', 1));
    let isIdle = false;
    void dispatcher.whenIdle().then(() => {
      isIdle = true;
    });
    await end('a0');
    expect([running.size, isIdle]).toEqual([1, false]);
    await end('a1');
    expect([running.size, isIdle]).toEqual([0, true]);
    await dispatcher.whenIdle();
  });
});
