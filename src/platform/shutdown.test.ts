import { expect, test } from 'vitest';
import { createLogger } from './logging.ts';
import { type LifecycleStep, runLifecycle } from './shutdown.ts';

const logger = createLogger({ level: 'silent' });

function recorder() {
  const heard: string[] = [];
  const step = (name: string, changes: Partial<LifecycleStep> = {}): LifecycleStep => ({
    name,
    start: () => void heard.push(`+${name}`),
    stop: () => void heard.push(`-${name}`),
    ...changes,
  });
  return { heard, step };
}

test('runLifecycle() starts in order and stops in reverse', async () => {
  const { heard, step } = recorder();
  const lifecycle = await runLifecycle({ steps: ['a', 'b', 'c'].map((n) => step(n)), logger });
  expect(await lifecycle.stop()).toEqual([]);
  expect(heard).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
});

test('a start that fails stops what was started, in reverse, and throws what failed', async () => {
  const { heard, step } = recorder();
  const failing = step('c', { start: () => Promise.reject(new Error('port taken')) });
  const steps = [step('a'), step('b'), failing, step('d')];
  await expect(runLifecycle({ steps, logger })).rejects.toThrow('port taken');
  expect(heard).toEqual(['+a', '+b', '-b', '-a']);
});

test('a stop that throws does not keep the others from stopping', async () => {
  const { heard, step } = recorder();
  const throwing = step('b', {
    stop: () => {
      throw new Error('no');
    },
  });
  const lifecycle = await runLifecycle({ steps: [step('a'), throwing, step('c')], logger });
  expect(await lifecycle.stop()).toEqual(['b']);
  expect(heard).toEqual(['+a', '+b', '+c', '-c', '-a']);
});

test('a stop that hangs is left behind at the deadline', async () => {
  const { heard, step } = recorder();
  const hanging = step('b', { start: () => {}, stop: () => new Promise<void>(() => {}) });
  const lifecycle = await runLifecycle({ steps: [step('a'), hanging], logger, stopTimeoutMs: 20 });
  expect(await lifecycle.stop()).toEqual(['b']);
  expect(heard).toEqual(['+a', '-a']);
});

test('a stop that takes all its time leaves time to the others', async () => {
  const given: number[] = [];
  const slow = (name: string, takesMs: number): LifecycleStep => ({
    name,
    start: () => undefined,
    async stop(deadlineMs) {
      given.push(deadlineMs);
      await new Promise((resolve) => setTimeout(resolve, takesMs));
    },
  });
  const steps = [slow('storage', 0), slow('doors', 10_000)];
  const lifecycle = await runLifecycle({ steps, logger, stopTimeoutMs: 1200 });
  expect(await lifecycle.stop()).toEqual(['doors']);
  expect(given[0]).toBeGreaterThan(550);
  expect(given[1]).toBeGreaterThanOrEqual(250);
});

test('stopping twice stops once', async () => {
  const { heard, step } = recorder();
  const lifecycle = await runLifecycle({ steps: [step('a')], logger });
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(heard).toEqual(['+a', '-a']);
});
