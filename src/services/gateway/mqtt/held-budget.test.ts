import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HeldBudget } from './held-budget.ts';

test('who finds no room is called, in line, when there is some again', async () => {
  const budget = new HeldBudget({ maxMessages: 2, maxBytes: 100 });
  budget.take(1, 60);
  expect(budget.hasRoomFor(50)).toBe(false);
  const resumed: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    budget.wait(() => {
      resumed.push(name);
      budget.take(1, 60);
    });
  }
  budget.giveBack(1, 60);
  await turn();
  expect(resumed).toEqual(['a', 'b']);
  expect(budget.messages).toBe(2);
});

test('a packet larger than the whole budget fits when nothing else is held', () => {
  const budget = new HeldBudget({ maxMessages: 10, maxBytes: 100 });
  expect(budget.hasRoomFor(5000)).toBe(true);
  budget.take(0, 5000);
  expect(budget.hasRoomFor(0)).toBe(false);
});

test('who has gone is not called', async () => {
  const budget = new HeldBudget({ maxMessages: 1, maxBytes: 100 });
  budget.take(1, 10);
  let calls = 0;
  const resume = () => {
    calls++;
  };
  budget.wait(resume);
  budget.forget(resume);
  budget.giveBack(1, 10);
  await turn();
  expect(calls).toBe(0);
});
