import { expect, test, vi } from 'vitest';
import { LiveSamples } from './live-samples.ts';

function createSamples() {
  const frames: (() => void)[] = [];
  const samples = new LiveSamples((run) => void frames.push(run));
  const drawFrame = () => {
    for (const run of frames.splice(0)) run();
  };
  const add = (sensor: string, second: number, value: number | null) =>
    samples.add({
      sensor_id: sensor,
      timestamp: new Date(second * 1000).toISOString(),
      readings: { temperature: value },
    });
  return { samples, frames, drawFrame, add };
}

test('however many readings come in a frame, each watcher is told once, and only of its own sensor', () => {
  const { samples, frames, drawFrame, add } = createSamples();
  const [onOven, onFridge] = [vi.fn(), vi.fn()];
  samples.watch('oven', onOven);
  const end = samples.watch('fridge', onFridge);
  for (let i = 0; i < 100; i += 1) add('oven', i, i);
  expect([frames.length, onOven.mock.calls.length]).toEqual([1, 0]);
  drawFrame();
  expect([onOven.mock.calls.length, onFridge.mock.calls.length]).toEqual([1, 0]);
  expect(samples.newestOf('oven').get('temperature')).toEqual({ timeMs: 99_000, value: 99 });
  end();
  add('fridge', 1, 4);
  drawFrame();
  expect(onFridge).not.toHaveBeenCalled();
});

test('the newest by time stays whatever the order, nulls change nothing, and what did not change is the same object', () => {
  const { samples, drawFrame, add } = createSamples();
  add('oven', 10, 5);
  add('oven', 9, 4);
  add('oven', 11, null);
  drawFrame();
  const before = samples.newestOf('oven');
  expect(before.get('temperature')).toEqual({ timeMs: 10_000, value: 5 });
  add('fridge', 1, 1);
  drawFrame();
  expect(samples.newestOf('oven')).toBe(before);
});

test('followers get every reading, a frame at a time, in order', () => {
  const { samples, drawFrame, add } = createSamples();
  const seen: number[] = [];
  const end = samples.follow((readings) =>
    seen.push(...readings.map(({ readings: { temperature } }) => Number(temperature))),
  );
  add('oven', 1, 1);
  add('fridge', 2, 2);
  drawFrame();
  end();
  add('oven', 3, 3);
  drawFrame();
  expect(seen).toEqual([1, 2]);
});

test('of a burst so many are drawn in a frame, the others in the next ones, each with its newest value', () => {
  const { samples, frames, drawFrame, add } = createSamples();
  const told: string[] = [];
  const names = Array.from({ length: 25 }, (_, at) => `s${at}`);
  for (const name of names) samples.watch(name, () => told.push(name));
  for (const name of names) add(name, 1, 1);
  drawFrame();
  expect(told).toEqual(names.slice(0, 10));
  add('s24', 2, 7);
  add('s0', 2, 7);
  drawFrame();
  drawFrame();
  expect(told).toEqual([...names, 's0']);
  expect(samples.newestOf('s24').get('temperature')?.value).toBe(7);
  expect(frames).toEqual([]);
});
