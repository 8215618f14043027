import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acknowledgeAlert } from '#operations/alert/acknowledge.ts';
import { shelveAlert } from '#operations/alert/shelve.ts';
import { deleteMaintenanceWindow } from '#operations/maintenance-window/delete.ts';
import { putMaintenanceWindow } from '#operations/maintenance-window/put.ts';
import { takeOutOfService } from '#operations/sensor/out-of-service.ts';
import { type AlarmWorld, createAlarmWorld } from '#test/support/alarm-world.ts';
import { codeOf } from '#test/support/operations.ts';

// Somebody sets the clock of the machine, or it is set by itself, while alerts are put aside for half an hour.

const MINUTE = 60_000;
const ASKED_MS = 30 * MINUTE;
const JUMP_MS = 60 * MINUTE;
const STEP_MS = 5 * MINUTE;

interface Scene {
  world: AlarmWorld;
  sensorId: string;
  ruleId: string;
}

/** How an alert comes to be silent for half an hour; nobody has been told of it, or it was acknowledged. */
const HUSHES: Record<string, (scene: Scene) => Promise<void>> = {
  async shelf({ world, sensorId, ruleId }) {
    await world.send(sensorId, 31);
    await world.settle();
    const { id } = (await world.rows(ruleId))[0]!;
    await shelveAlert({ ctx: world.ctx(), input: { id, body: { for: '30m', reason: 'x' } } });
    world.clock.advance(1);
    await world.send(sensorId, 20);
    world.clock.advance(1);
    await world.send(sensorId, 31);
  },
  async window({ world, sensorId }) {
    const body = {
      ...{ where: { sensors: [sensorId] }, time_zone: 'Europe/Paris', duration: '30m' },
      starts_at: new Date(world.clock.now()).toISOString(),
    };
    await putMaintenanceWindow({ ctx: world.ctx(), input: { id: 'w', body } });
    await world.send(sensorId, 31);
  },
  async 'out of service'({ world, sensorId }) {
    const body = { for: '30m', reason: 'x' };
    await takeOutOfService({ ctx: world.ctx(), input: { id: sensorId, body } });
    await world.send(sensorId, 31);
  },
  async 're-alert'({ world, sensorId, ruleId }) {
    await world.send(sensorId, 31);
    await world.settle();
    const { id } = (await world.rows(ruleId))[0]!;
    await acknowledgeAlert({ ctx: world.ctx(), input: { id } });
  },
};

let scenes = 0;

/** Plays a hush through: at step `jumpAt` the clock jumps, and where `restartAt` comes the platform ends and starts. */
async function play(
  world: AlarmWorld,
  hush: string,
  { jumpAt, jumpMs, restartAt }: { jumpAt: number; jumpMs: number; restartAt: number },
): Promise<void> {
  const [sensorId, ruleId] = [`oven-${++scenes}`, `hot-${scenes}`];
  const when = { metric: 'temperature', above: [{ limit: 30 }] };
  const re_alert = hush === 're-alert' ? { re_alert: '30m' } : {};
  await world.putRule({ id: ruleId, where: { sensors: [sensorId] }, when, ...re_alert });
  await world.send(sensorId, 20);
  world.clock.advance(1000);
  await HUSHES[hush]!({ world, sensorId, ruleId });
  await world.settle();
  const newest = (await world.rows(ruleId)).at(-1)!;
  const before = (await told(world, newest.id)).length;
  let toldAfterMs: number | undefined;
  let passedMs = 0;
  for (let step = 0; step < 24; step++) {
    if (step === jumpAt) world.clock.advance(jumpMs);
    else {
      world.clock.advance(STEP_MS);
      passedMs += STEP_MS;
    }
    if (step === restartAt) await world.restart(step % 2 === 0 ? 'crash' : 'stop');
    await world.settle();
    const times = await told(world, newest.id);
    // Once, however often the end of the hush comes by.
    expect(times.length - before).toBeLessThanOrEqual(1);
    if (times.length > before) toldAfterMs ??= passedMs;
  }
  const jumpedBack = Math.max(0, -jumpMs);
  const jumpedAhead = Math.max(0, jumpMs);
  // Looked at every minute at the latest, and here every five.
  expect(toldAfterMs).toBeLessThanOrEqual(ASKED_MS + jumpedBack + STEP_MS);
  expect(toldAfterMs).toBeGreaterThanOrEqual(ASKED_MS - jumpedAhead);
  expect(world.heardTwice()).toBe(0);
  await codeOf(deleteMaintenanceWindow({ ctx: world.ctx(), input: { id: 'w' } }));
}

async function told(world: AlarmWorld, alertId: string): Promise<unknown[]> {
  return (await world.ledger(alertId)).filter(({ type }) => type === 'raised');
}

test.each(Object.keys(HUSHES))(
  'whenever the clock is set by an hour, %s ends no later than was asked and the jump, and is told once',
  async (hush) => {
    const world = await createAlarmWorld();
    const steps = fc.integer({ min: 0, max: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ jumpAt: steps, jumpMs: fc.constantFrom(JUMP_MS, -JUMP_MS), restartAt: steps }),
        (fate) => play(world, hush, fate),
      ),
      {
        numRuns: 6,
        examples: [
          // During the hush, and just after it.
          ...[2, 8].flatMap((jumpAt) =>
            [JUMP_MS, -JUMP_MS].map((jumpMs) => [{ jumpAt, jumpMs, restartAt: 21 }] as [never]),
          ),
        ],
      },
    );
  },
  120_000,
);
