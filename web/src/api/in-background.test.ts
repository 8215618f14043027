import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inBackground } from './in-background.ts';

const never = new AbortController().signal;

test('three at a time and in turn; one that fails or was given up makes room for the next', async () => {
  const begun: number[] = [];
  const works = Array.from({ length: 6 }, () => Promise.withResolvers<number>());
  const given = new AbortController();
  const answers = works.map(({ promise }, at) =>
    inBackground(
      () => {
        begun.push(at);
        return promise;
      },
      at === 3 ? given.signal : never,
    ),
  );
  const settled = Promise.allSettled(answers);
  await setImmediate();
  expect(begun).toEqual([0, 1, 2]);
  given.abort(new Error('out of sight'));
  works[1]?.reject(new Error('broken'));
  await setImmediate();
  expect(begun).toEqual([0, 1, 2, 4]);
  for (const [at, { resolve }] of works.entries()) resolve(at);
  expect(
    (await settled).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
  ).toEqual([0, 'Error: broken', 2, 'Error: out of sight', 4, 5]);
  expect(await inBackground(async () => 'free again', never)).toBe('free again');
});
