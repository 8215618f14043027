import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { BodyBudget, BodyShare, readBody } from './read-body.ts';

const BUDGET_BYTES = 100_000;

/** A server that reads bodies, and what it has taken of its budget when a body is over. */
async function startReader() {
  const budget = new BodyBudget(BUDGET_BYTES);
  const outcomes: unknown[] = [];
  const server = createServer(async (incoming, response) => {
    const share = new BodyShare(budget, 0);
    try {
      outcomes.push((await readBody(incoming, 1_000_000, share)).length);
    } catch (error) {
      outcomes.push((error as { code: string }).code);
    }
    share.giveBack();
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const begin = () => request({ port, method: 'POST', agent: false }).on('error', () => undefined);
  return { budget, outcomes, begin };
}

test('bodies whose length nobody said count for what has come of them', async () => {
  const { budget, outcomes, begin } = await startReader();
  const first = begin();
  first.write(Buffer.alloc(80_000));
  await expect.poll(() => budget.taken).toBe(80_000);
  const second = begin();
  second.write(Buffer.alloc(30_000));
  await expect.poll(() => outcomes).toEqual(['overloaded']);
  first.end(Buffer.alloc(10_000));
  await expect.poll(() => outcomes).toEqual(['overloaded', 90_000]);
  second.end();
  await expect.poll(() => budget.taken).toBe(0);
});

test('one body fits, however small the budget is', async () => {
  const { outcomes, begin } = await startReader();
  begin().end(Buffer.alloc(3 * BUDGET_BYTES));
  await expect.poll(() => outcomes).toEqual([3 * BUDGET_BYTES]);
});

test.each([
  ['some of', Buffer.alloc(10), 1000],
  ['all of', Buffer.alloc(10), 10],
])(
  'a sender that went away with %s its body sent, before anybody read, is told of',
  async (_, sent, declared) => {
    const outcome = Promise.withResolvers<unknown>();
    const server = createServer(async (incoming) => {
      // As while a key is looked up.
      await new Promise<void>((resolve) => incoming.once('close', resolve));
      const share = new BodyShare(new BodyBudget(BUDGET_BYTES), declared);
      readBody(incoming, 1_000_000, share).then(outcome.resolve, outcome.resolve);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${declared}\r\n\r\n`;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(Buffer.concat([Buffer.from(head), sent]), () => socket.resetAndDestroy());
    });
    expect(await outcome.promise).toMatchObject({ code: 'invalid_request' });
  },
);
