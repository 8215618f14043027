import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alert } from '#domain/alert.ts';
import { acknowledgeAlert } from '#operations/alert/acknowledge.ts';
import { resetAlert } from '#operations/alert/reset.ts';
import { shelveAlert } from '#operations/alert/shelve.ts';
import { unshelveAlert } from '#operations/alert/unshelve.ts';
import type { OperationContext } from '#operations/context.ts';
import { deleteMaintenanceWindow } from '#operations/maintenance-window/delete.ts';
import { putMaintenanceWindow } from '#operations/maintenance-window/put.ts';
import { returnToService, takeOutOfService } from '#operations/sensor/out-of-service.ts';
import { type AlarmWorld, createAlarmWorld } from '#test/support/alarm-world.ts';
import { codeOf } from '#test/support/operations.ts';

// Real operations, processor, notifier and stores against a model that fits on a page, in random order.

const RUNS = 25;
const MINUTE = 60_000;
const RE_ALERT_MS = 30 * MINUTE;
const WHO = 'key:main-key';

interface ModelAlert {
  isActive: boolean;
  isAcknowledged: boolean;
  acknowledgedMs: number;
  /** A latched one whose condition has gone. */
  isReturned: boolean;
  shelvedUntil: number;
  isOneShot: boolean;
  /** When there was last something that somebody has to hear. */
  newsMs: number;
  /** Since when nobody is to be told. */
  hushedMs?: number | undefined;
  /** What people did and what the readings did, in order. */
  changes: string[];
}

class Model {
  nowMs = 0;
  isHot = false;
  outUntil = 0;
  windowUntil = 0;
  alerts: ModelAlert[] = [];
  readonly latch: boolean;
  readonly reAlert: boolean;

  constructor({ latch, reAlert }: { latch: boolean; reAlert: boolean }) {
    this.latch = latch;
    this.reAlert = reAlert;
  }

  get newest(): ModelAlert | undefined {
    return this.alerts.at(-1);
  }

  get active(): ModelAlert | undefined {
    return this.newest?.isActive ? this.newest : undefined;
  }

  get shelf(): number {
    return Math.max(0, ...this.alerts.map((one) => (one.isOneShot ? 0 : one.shelvedUntil)));
  }

  isHushed({ shelvedUntil }: ModelAlert): boolean {
    const { nowMs } = this;
    return shelvedUntil > nowMs || this.outUntil > nowMs || this.windowUntil > nowMs;
  }

  isDueAgain(alert: ModelAlert): boolean {
    return this.reAlert && alert.isAcknowledged && this.nowMs >= alert.acknowledgedMs + RE_ALERT_MS;
  }

  measure(isHot: boolean): void {
    const { active } = this;
    if (isHot && active === undefined) {
      const isShelved = this.shelf > this.nowMs;
      this.alerts.push({
        isActive: true,
        isAcknowledged: false,
        acknowledgedMs: 0,
        isReturned: false,
        shelvedUntil: isShelved ? this.shelf : 0,
        isOneShot: false,
        newsMs: this.nowMs,
        changes: isShelved ? ['raised', 'shelved'] : ['raised'],
      });
    } else if (isHot && active?.isReturned) {
      Object.assign(active, { isReturned: false, isAcknowledged: false, newsMs: this.nowMs });
      active.changes.push('recurred');
    } else if (!isHot && active !== undefined && !active.isReturned) {
      if (this.latch) active.isReturned = true;
      else active.isActive = false;
      if (!this.latch && active.isOneShot) active.shelvedUntil = 0;
      active.changes.push(this.latch ? 'returned' : 'cleared');
    }
    this.isHot = isHot;
  }
}

/** A sensor and a rule of one run's own in the world of all of them. */
interface Scene {
  world: AlarmWorld;
  sensorId: string;
  ruleId: string;
}
type Command = fc.AsyncCommand<Model, Scene>;

const OURS = new Set(['raised', 'recurred', 'returned', 'cleared', 'acknowledged', 'reset']);

/** What must hold whenever everybody has done what was to be done. */
async function check(model: Model, { world, ruleId }: Scene): Promise<void> {
  await world.settle();
  const rows = await world.rows(ruleId);
  expect(rows.length).toBe(model.alerts.length);
  const { db } = world.ctx().state;
  for (const [at, row] of rows.entries()) {
    const alert = model.alerts[at]!;
    const isHushed = alert.isActive && model.isHushed(alert);
    if (alert.isActive && model.isDueAgain(alert) && (!isHushed || row.acknowledged === 0)) {
      alert.isAcknowledged = false;
      alert.newsMs = row.acknowledged === 0 && isHushed ? alert.newsMs : model.nowMs;
    }
    expect([row.state === 'active', row.acknowledged === 1]).toEqual([
      alert.isActive,
      alert.isAcknowledged,
    ]);
    expect(row.returned_at !== null && row.state === 'active').toBe(
      alert.isReturned && alert.isActive,
    );
    const history = await db
      .selectFrom('alert_history')
      .selectAll()
      .where('alert_id', '=', row.id)
      .orderBy('seq')
      .execute();
    checkHistory(history, row, alert);
    const ledger = await world.ledger(row.id);
    const isTold = ledger.some(
      ({ type, created_at: madeMs }) => type !== 'cleared' && madeMs >= alert.newsMs,
    );
    // Nothing that stands, is seen by nobody and is not put aside goes untold.
    if (alert.isActive && !alert.isAcknowledged && !isHushed) expect(isTold).toBe(true);
    // While it is put aside nobody is told that it is there.
    alert.hushedMs = isHushed ? (alert.hushedMs ?? model.nowMs) : undefined;
    const since = alert.hushedMs ?? Number.POSITIVE_INFINITY;
    const toldWhileHushed = ledger.filter(
      ({ type, created_at: madeMs }) => type !== 'cleared' && madeMs > since,
    );
    expect(toldWhileHushed).toEqual([]);
    // What was acknowledged stays in sight until it is over.
    if (alert.isActive) {
      const open = (await world.alerts(ruleId)).filter(({ state }) => state === 'active');
      expect(open.map(({ id }) => id)).toContain(row.id);
    }
    // Whoever was told that it began is told once that it is over.
    const overs = ledger.filter(({ type }) => type === 'cleared').length;
    expect(overs).toBeLessThanOrEqual(1);
    if (!alert.isActive && ledger.length > 0) expect(overs).toBe(1);
  }
  // No notification came twice, and nothing that was made was left lying.
  expect(world.heardTwice()).toBe(0);
}

function checkHistory(
  history: { change: string; by: string; at: number; comment: string | null }[],
  row: { suppressed_by: string | null; shelved_until: number | null },
  model: ModelAlert,
): void {
  const wanted = (change: string) => OURS.has(change) || change === 'shelved';
  expect(history.map(({ change }) => change).filter(wanted)).toEqual(model.changes.filter(wanted));
  const people = new Set(['acknowledged', 'reset', 'shelved']);
  for (const [at, { change, by, at: atMs }] of history.entries()) {
    if (people.has(change)) expect(by).toBe(WHO);
    else if (change !== 'unshelved') expect(by).toBe('system');
    expect(atMs).toBeGreaterThanOrEqual(history[at - 1]?.at ?? 0);
  }
  const last = (...changes: string[]) => history.findLast(({ change }) => changes.includes(change));
  const suppression = last('suppressed', 'unsuppressed');
  expect(suppression?.change === 'suppressed' ? suppression.comment : null).toBe(row.suppressed_by);
}

/** A command that an operation does to the newest alert; `effect` answers the code that the model expects. */
function act(
  name: string,
  work: (ctx: OperationContext, id: string) => Promise<Alert>,
  effect: (model: Model, alert: ModelAlert) => string | undefined,
): Command {
  return {
    check: (model) => model.newest !== undefined,
    async run(model, scene) {
      const { world } = scene;
      const rows = await world.rows(scene.ruleId);
      const code = await codeOf(work(world.ctx(), rows.at(-1)!.id));
      expect([name, code]).toEqual([name, effect(model, model.newest!)]);
      await check(model, scene);
    },
    toString: () => name,
  };
}

const acknowledge = act(
  'acknowledge',
  (ctx, id) => acknowledgeAlert({ ctx, input: { id } }),
  (model, alert) => {
    if (alert.isAcknowledged) return 'invalid_state';
    Object.assign(alert, { isAcknowledged: true, acknowledgedMs: model.nowMs });
    alert.changes.push('acknowledged');
    return undefined;
  },
);

const shelve = (minutes: number) =>
  act(
    `shelve ${minutes}m`,
    (ctx, id) => shelveAlert({ ctx, input: { id, body: { for: `${minutes}m`, reason: 'x' } } }),
    (model, alert) => {
      Object.assign(alert, { shelvedUntil: model.nowMs + minutes * MINUTE, isOneShot: false });
      alert.changes.push('shelved');
      return undefined;
    },
  );

const shelveOnce = act(
  'shelve once',
  (ctx, id) => shelveAlert({ ctx, input: { id, body: { one_shot: true, reason: 'x' } } }),
  (model, alert) => {
    if (!alert.isActive) return 'invalid_state';
    Object.assign(alert, { shelvedUntil: model.nowMs + 7 * 86_400_000, isOneShot: true });
    alert.changes.push('shelved');
    return undefined;
  },
);

const unshelve = act(
  'unshelve',
  (ctx, id) => unshelveAlert({ ctx, input: { id } }),
  (model, alert) => {
    if (alert.shelvedUntil <= model.nowMs) return 'invalid_state';
    for (const one of model.alerts) Object.assign(one, { shelvedUntil: 0, isOneShot: false });
    return undefined;
  },
);

const reset = act(
  'reset',
  (ctx, id) => resetAlert({ ctx, input: { id } }),
  (_model, alert) => {
    if (!alert.isActive || !alert.isReturned) return 'invalid_state';
    alert.isActive = false;
    alert.changes.push('reset');
    return undefined;
  },
);

function step(name: string, run: (model: Model, scene: Scene) => Promise<void>): Command {
  return {
    check: () => true,
    async run(model, scene) {
      await run(model, scene);
      await check(model, scene);
    },
    toString: () => name,
  };
}

function pass(model: Model, { world }: Scene, ms: number): void {
  world.clock.advance(ms);
  model.nowMs = world.clock.now();
}

const measure = (isHot: boolean) =>
  step(isHot ? 'hot' : 'cool', async (model, scene) => {
    // Two readings of one moment would be one.
    pass(model, scene, 1000);
    model.measure(isHot);
    await scene.world.send(scene.sensorId, isHot ? 31 : 20);
  });

const wait = (minutes: number) =>
  step(`wait ${minutes}m`, async (model, scene) => pass(model, scene, minutes * MINUTE));

const outOfService = (minutes: number | undefined) =>
  step(`out of service ${minutes ?? '…'}`, async (model, { world, sensorId }) => {
    const until = minutes === undefined ? {} : { for: `${minutes}m` };
    await takeOutOfService({
      ctx: world.ctx(),
      input: { id: sensorId, body: { reason: 'x', ...until } },
    });
    model.outUntil =
      minutes === undefined ? Number.POSITIVE_INFINITY : model.nowMs + minutes * MINUTE;
  });

const backInService = step('back in service', async (model, { world, sensorId }) => {
  await codeOf(returnToService({ ctx: world.ctx(), input: { id: sensorId } }));
  model.outUntil = 0;
});

const openWindow = (minutes: number) =>
  step(`window ${minutes}m`, async (model, { world, sensorId }) => {
    const body = {
      ...{ where: { sensors: [sensorId] }, time_zone: 'Europe/Paris', duration: `${minutes}m` },
      starts_at: new Date(model.nowMs).toISOString(),
    };
    await putMaintenanceWindow({ ctx: world.ctx(), input: { id: 'w', body } });
    model.windowUntil = model.nowMs + minutes * MINUTE;
  });

const closeWindow = step('close window', async (model, { world }) => {
  await codeOf(deleteMaintenanceWindow({ ctx: world.ctx(), input: { id: 'w' } }));
  model.windowUntil = 0;
});

const restart = (how: 'crash' | 'stop') =>
  step(how, async (_model, { world }) => {
    await world.restart(how);
  });

const COMMANDS = [
  // Most of what happens is that something is measured.
  ...[true, false, true, false, true, false].map(measure),
  ...[acknowledge, acknowledge],
  ...[shelve(10), shelve(40), shelveOnce, unshelve, reset],
  ...[wait(1), wait(12), wait(35), outOfService(20), outOfService(undefined), backInService],
  ...[openWindow(15), closeWindow, restart('crash'), restart('stop')],
].map((command) => fc.constant(command));

interface Kind {
  latch: boolean;
  reAlert: boolean;
}

let scenes = 0;

/** Runs commands on a sensor of their own. */
async function play(world: AlarmWorld, kind: Kind, commands: Iterable<Command>): Promise<void> {
  const [sensorId, ruleId] = [`oven-${++scenes}`, `hot-${scenes}`];
  await world.putRule({
    id: ruleId,
    where: { sensors: [sensorId] },
    when: { metric: 'temperature', above: [{ limit: 30 }] },
    latch: kind.latch,
    ...(kind.reAlert ? { re_alert: '30m' } : {}),
  });
  // A sensor has to be known before it can be taken out of service.
  await world.send(sensorId, 20);
  const setup = () => ({
    model: Object.assign(new Model(kind), { nowMs: world.clock.now() }),
    real: { world, sensorId, ruleId },
  });
  try {
    await fc.asyncModelRun(setup, commands);
  } finally {
    // The window of this scene is not the next one's.
    await codeOf(deleteMaintenanceWindow({ ctx: world.ctx(), input: { id: 'w' } }));
  }
}

test('whatever is done in whatever order, no alert is lost and the model knows every one of them', async () => {
  const world = await createAlarmWorld();
  await fc.assert(
    fc.asyncProperty(
      fc.record({ latch: fc.boolean(), reAlert: fc.boolean() }),
      fc.commands(COMMANDS, { maxCommands: 30, size: 'max' }),
      (kind, commands) => play(world, kind, commands),
    ),
    { numRuns: RUNS },
  );
}, 200_000);

const [hot, cool] = [measure(true), measure(false)];
test.each<{ what: string; commands: Command[] }>([
  { what: 'while it is shelved', commands: [shelve(40), cool, hot, wait(35), wait(12)] },
  { what: 'on a shelf that somebody ends', commands: [shelve(10), cool, hot, unshelve] },
  {
    what: 'after a crash on a shelf',
    commands: [shelve(10), cool, restart('crash'), hot, wait(12)],
  },
  { what: 'out of service', commands: [outOfService(undefined), cool, hot, backInService] },
  { what: 'in a maintenance window', commands: [openWindow(15), cool, hot, wait(35)] },
])(
  'an acknowledged alert whose condition comes back $what is told afterwards',
  async ({ commands }) => {
    const world = await createAlarmWorld();
    await play(world, { latch: true, reAlert: false }, [hot, acknowledge, ...commands]);
  },
);
