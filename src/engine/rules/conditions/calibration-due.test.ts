import { describe, expect, test } from 'vitest';
import { DAY, line, RuleRun, ruleOf, short } from '#test/support/rule-run.ts';

const CALIBRATED = Date.parse('2026-03-01T00:00:00Z');
const run = (ahead = '14d') => {
  const sensor = new RuleRun(ruleOf({ calibration_due: ahead }));
  sensor.facts.calibrationDateMs = CALIBRATED;
  return sensor;
};

describe('calibration_due', () => {
  test('is raised by the clock that long before a year after the calibration', () => {
    const sensor = run();
    expect(sensor.dueMs).toBe(CALIBRATED + 351 * DAY);
    expect(sensor.tick(CALIBRATED + 350 * DAY)).toEqual([]);
    expect(sensor.ticksUntil(CALIBRATED + 360 * DAY).map(line)).toEqual([
      `raised warning @${CALIBRATED + 351 * DAY} since ${CALIBRATED + 351 * DAY} value null limit null peak null`,
    ]);
  });

  test('is cleared by the tick after a new calibration', () => {
    const sensor = run();
    sensor.tick(CALIBRATED + 400 * DAY);
    expect(sensor.dueMs).toBe(Number.POSITIVE_INFINITY);
    sensor.facts.calibrationDateMs = CALIBRATED + 399 * DAY;
    expect(sensor.tick(CALIBRATED + 401 * DAY).map(short)).toEqual([
      `cleared warning @${CALIBRATED + 401 * DAY}`,
    ]);
    expect(sensor.state).toBeUndefined();
  });

  test('follows the interval in the label of the sensor, where that is a duration', () => {
    const sensor = run('0s');
    sensor.facts.labels.calibration_interval = '180d';
    expect(sensor.dueMs).toBe(CALIBRATED + 180 * DAY);
    for (const unreadable of ['half a year', '0d']) {
      sensor.facts.labels.calibration_interval = unreadable;
      expect(sensor.dueMs).toBe(CALIBRATED + 365 * DAY);
    }
  });

  test('says nothing of a sensor without a calibration date', () => {
    const sensor = run();
    sensor.facts.calibrationDateMs = undefined;
    expect(sensor.dueMs).toBe(Number.POSITIVE_INFINITY);
    expect(sensor.tick(CALIBRATED)).toEqual([]);
  });
});
