import { expect, test } from 'vitest';
import { movedByKey, putSensor } from './draft.ts';

const oven = { sensor_id: 'oven', x: 0.5, y: 0.995 };

test('arrows move a sensor by a hundredth of the picture, with Shift by a tenth, never off it', () => {
  const press = (key: string, shiftKey = false) => movedByKey(oven, { key, shiftKey });
  expect(press('ArrowLeft')).toEqual({ ...oven, x: 0.49 });
  expect(press('ArrowRight', true)).toEqual({ ...oven, x: 0.6 });
  expect(press('ArrowDown')).toEqual({ ...oven, y: 1 });
  expect(press('ArrowUp')).toEqual({ ...oven, y: 0.985 });
  expect(press('Enter')).toBeUndefined();
});

test('a sensor is on the picture once, and within it', () => {
  const fridge = { sensor_id: 'fridge', x: 0, y: 0 };
  expect(putSensor([fridge], oven)).toEqual([fridge, oven]);
  expect(putSensor([fridge, oven], { sensor_id: 'fridge', x: 1.5, y: -2 })).toEqual([
    { sensor_id: 'fridge', x: 1, y: 0 },
    oven,
  ]);
});
