import { errorStatus, VigieError } from '#domain/errors.ts';
import type { Clock } from '#domain/time.ts';
import { prepareRouting, type Routing } from '#engine/routing/prepare-routing.ts';
import { loadRouting } from '#operations/policy/load-routing.ts';
import type { IngestOutcome, ReadingStream, Submission } from '#stream/reading-stream.ts';
import { Clockwork } from './clockwork.ts';
import type { ProcessorDependencies } from './dependencies.ts';
import { asVigieError, faultOf } from './failure.ts';
import { Fleet } from './fleet.ts';
import {
  ColumnBuilder,
  createGroup,
  type Group,
  isEmptyUnit,
  nextOffsetOf,
  outcomeOf,
} from './group.ts';
import { GroupsInFlight } from './groups-in-flight.ts';
import {
  type BrokenRule,
  excuseOwnAbsence,
  loadFleet,
  meetCustomer,
  replayJournal,
  scheduleAll,
} from './load.ts';
import { publishGroup } from './publish-group.ts';
import { closeOrphan, reconcileAlerts } from './reconcile.ts';
import { reserveIds } from './reserve-ids.ts';
import { admit } from './stages/admit.ts';
import { checkpoint } from './stages/checkpoint.ts';
import { Evaluator } from './stages/evaluate.ts';
import { route } from './stages/route.ts';
import { settleLate } from './stages/settle-late.ts';
import { SubmissionQueue } from './submission-queue.ts';
import { Timers } from './timers.ts';

/** Work that is not readings but must stand in line with them: rule changes, registrations, the clock. */
export type Errand = (group: Group) => Promise<void> | void;

const GROUP_READINGS = 20_000;
const PROBE_MS = 1000;
/** After a fault in the stages requests go alone for so long, so that only the one at fault is refused. */
const CAREFUL_MS = 60_000;

/**
 * Readings in, alerts out. Requests wait in a bounded queue; whatever has come while the last group was
 * being written makes the next one, which goes through the stages
 * `admit → evaluate → settleLate → route → checkpoint` and is committed whole. Only then are its requests answered.
 *
 * State machine: `stopped → running ⇄ failed → stopped`. In `failed` (a commit was refused: disk full, file
 * gone) everything is answered 503; what was computed from the lost group is thrown away, the storage is
 * probed every second, and the state is loaded anew as after a restart.
 */
export class Processor implements ReadingStream {
  readonly #deps: ProcessorDependencies;
  readonly #queue: SubmissionQueue;
  readonly #errands: { run: Errand; resolve(): void; reject(error: Error): void }[] = [];
  /** Columns that no group under way has. Groups do not end in their order: one that holds nothing is never written. */
  readonly #freeColumns: ColumnBuilder[] = [];
  readonly #routings = new Map<string, Routing>();
  readonly #clockwork: Clockwork;
  readonly #timers = new Timers();
  readonly #evaluator: Evaluator;
  readonly #onBroken: BrokenRule = (rule, err) =>
    this.#deps.log.error({ rule: rule.id, err }, 'a rule does not compile and is left out');
  readonly #inFlight = new GroupsInFlight();
  #phase: 'stopped' | 'running' | 'failed' = 'stopped';
  #failure: VigieError | undefined;
  #fleet = new Fleet();
  #journalId = 0;
  #epoch = 0;
  #isPumping = false;
  #isPumpPlanned = false;
  #recovery: Promise<void> | undefined;
  #carefulUntilMs = 0;

  constructor(deps: ProcessorDependencies) {
    this.#deps = deps;
    this.#evaluator = new Evaluator(this.#timers, deps.lateAfterMs);
    this.#queue = new SubmissionQueue(deps.queueBytes);
    this.#clockwork = new Clockwork(this);
  }

  get fleet(): Fleet {
    return this.#fleet;
  }

  get evaluator(): Evaluator {
    return this.#evaluator;
  }

  get timers(): Timers {
    return this.#timers;
  }

  /** Whether the sensor's readings are judged here. */
  owns(customer: string, sensorId: string): boolean {
    return this.#deps.partition?.holds(customer, sensorId) ?? true;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  get isRunning(): boolean {
    return this.#phase === 'running';
  }

  /** Errands wait. */
  get isBusy(): boolean {
    return this.#errands.length > 0;
  }

  /** When the oldest request that waits was received, ms; Infinity where none waits. */
  get oldestMs(): number {
    return this.#queue.oldestMs;
  }

  /** The newest journal id given out. */
  get journalId(): number {
    return this.#journalId;
  }

  get queuedReadings(): number {
    return this.#queue.readings;
  }

  /** Why readings are not taken at present; undefined where they are. */
  get failure(): VigieError | undefined {
    if (this.#phase === 'running') return undefined;
    return (
      this.#failure ?? new VigieError('shutting_down', 'Not running.', { retryAfterSeconds: 5 })
    );
  }

  /** Journal ids up to here are in every remembered state. */
  get rememberedThrough(): number {
    return this.#clockwork.rememberedThrough;
  }

  async start(): Promise<void> {
    try {
      await this.#load();
      this.#phase = 'running';
    } catch (error) {
      if (!(error instanceof VigieError) || error.code !== 'standing_by') throw error;
      this.#standBy(error);
    }
    this.#clockwork.start();
    this.#planPump();
  }

  /** Writes what is waiting, remembers every sensor's state, and takes nothing more. */
  async stop(): Promise<void> {
    if (this.#phase === 'running') {
      await this.#drain();
      await this.run((group) => {
        for (const sensor of this.#fleet.all()) if (sensor.isDirty) group.touched.add(sensor);
      }).catch((error: unknown) =>
        this.#deps.log.error({ err: error }, 'states were not remembered at the stop'),
      );
    }
    this.#clockwork.stop();
    this.#phase = 'stopped';
    this.#refuseAll();
    await this.#recovery;
  }

  /** Ends at once, as a crash would: only what is committed stays. */
  async abandon(): Promise<void> {
    this.#clockwork.stop();
    this.#phase = 'stopped';
    this.#refuseAll();
    await this.#inFlight.all();
    await this.#recovery;
  }

  publish(submission: Submission): Promise<IngestOutcome> {
    if (this.#phase !== 'running') return Promise.reject(this.failure);
    const outcome = this.#queue.add(submission);
    this.#planPump();
    return outcome;
  }

  /** Runs an errand in a group of its own, between readings; resolves once what it changed is durable. */
  run(errand: Errand): Promise<void> {
    if (this.#phase !== 'running') return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.#errands.push({ run: errand, resolve, reject });
      this.#planPump();
    });
  }

  /** Resolves once the groups under way have ended, so that the store shows what they made. */
  settled(): Promise<void> {
    return this.#inFlight.all();
  }

  /** Forgets prepared routes; the next alert reads contacts and policies anew. */
  async reloadRouting(customer: string): Promise<void> {
    this.#routings.set(customer, await loadRouting(this.#deps.state.db, customer));
  }

  /** Requests that arrive in one turn of the event loop belong to one group. */
  #planPump(): void {
    if (this.#isPumpPlanned || this.#isPumping) return;
    this.#isPumpPlanned = true;
    setImmediate(() => {
      this.#isPumpPlanned = false;
      void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#phase === 'running' && this.#hasWork()) {
        if (this.#inFlight.isEnoughFor(this.#queue.readings)) await this.#inFlight.one();
        else await this.#next();
      }
    } finally {
      this.#isPumping = false;
      this.#clockwork.plan();
    }
  }

  #hasWork(): boolean {
    return this.#queue.length > 0 || this.#errands.length > 0;
  }

  async #next(): Promise<void> {
    // What is computed from this state must not be committed after another has been loaded.
    const epoch = this.#epoch;
    const errand = this.#errands.shift();
    const waiting = errand === undefined ? this.#queue.take(this.#groupReadings()) : [];
    const submissions = waiting.map(({ submission }) => submission);
    const columns = this.#freeColumns.pop() ?? new ColumnBuilder();
    const group = createGroup(this.#deps.clock.now(), submissions, columns);
    group.unit.nextOffset = nextOffsetOf(submissions);
    try {
      for (const { submission } of waiting) {
        if (!this.#fleet.bookOf(submission.customer)) await this.#meet(submission.customer);
      }
      await reserveIds(this.#fleet, this.#deps.commits, submissions);
      if (errand) await errand.run(group);
      await this.#stages(group);
    } catch (error) {
      this.#freeColumns.push(columns);
      // An errand that was refused has changed nothing yet.
      if (errand && error instanceof VigieError && errorStatus(error.code) < 500)
        return errand.reject(error);
      // A fault in the stages leaves memory half changed: start again from what is durable.
      this.#deps.log.error({ err: error }, 'a group could not be evaluated');
      this.#carefulUntilMs = performance.now() + CAREFUL_MS;
      const failure = asVigieError(error);
      for (const { reject } of waiting) reject(waiting.length === 1 ? faultOf(error) : failure);
      errand?.reject(failure);
      this.#fail(failure);
      return;
    }
    const written = this.#commit(group, epoch).finally(() => this.#freeColumns.push(columns));
    const done = written.then(
      () => {
        waiting.forEach(({ resolve }, at) => {
          resolve(outcomeOf(group.tallies[at]!));
        });
        errand?.resolve();
      },
      (error: unknown) => {
        const failure = asVigieError(error);
        for (const { reject } of waiting) reject(failure);
        errand?.reject(failure);
        this.#fail(failure);
      },
    );
    this.#inFlight.add(done);
  }

  #groupReadings(): number {
    return performance.now() < this.#carefulUntilMs ? 1 : GROUP_READINGS;
  }

  async #stages(group: Group): Promise<void> {
    admit(group, { ...this.#deps, fleet: this.#fleet, timers: this.#timers });
    this.#evaluator.evaluate(group);
    if (group.late.length > 0) {
      // The history shows what is committed: what is being committed must be there first.
      await this.#inFlight.all();
      await settleLate(group, this.#deps.history, (err) =>
        this.#deps.log.warn({ err }, 'the history cannot tell late readings from repeated ones'),
      );
    }
    const routingOf = (customer: string) => this.#routings.get(customer) ?? prepareRouting([], []);
    route(group, { routingOf, storms: this.#fleet.storms });
    group.unit.samples = group.columns.columns();
    if (group.unit.samples) group.unit.journalId = ++this.#journalId;
    checkpoint(group, this.#journalId);
  }

  async #commit(group: Group, epoch: number): Promise<void> {
    if (!isEmptyUnit(group.unit)) {
      const begun = performance.now();
      await this.#deps.commits.commit(group.unit, epoch);
      this.#deps.onCommitted?.({ group, commitMs: performance.now() - begun });
    }
    if (group.unit.samples) this.#deps.history.notify?.(group.unit.journalId);
    publishGroup(group, this.#deps.bus);
  }

  async #meet(customer: string): Promise<void> {
    const { db } = this.#deps.state;
    await meetCustomer({ fleet: this.#fleet, db, onBroken: this.#onBroken }, customer);
    await this.reloadRouting(customer);
  }

  async #drain(): Promise<void> {
    while (this.#phase === 'running' && (this.#hasWork() || this.#inFlight.size > 0)) {
      await this.#pump();
      await this.#inFlight.all();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #fail(failure: VigieError): void {
    if (this.#phase !== 'running') return;
    this.#deps.log.error({ err: failure }, 'readings are refused until the state is loaded anew');
    this.#standBy(failure);
  }

  /** Takes nothing until the storage is there again, or whoever has it has gone. */
  #standBy(failure: VigieError): void {
    this.#phase = 'failed';
    this.#failure = failure;
    this.#clockwork.pause();
    this.#refuseAll();
    if (this.#deps.onFailed) this.#deps.onFailed(failure);
    else this.#recovery = this.#recover();
  }

  #refuseAll(): void {
    const failure = this.failure ?? new VigieError('internal', 'Stopped.');
    this.#queue.refuseAll(failure);
    for (const { reject } of this.#errands.splice(0)) reject(failure);
  }

  async #recover(): Promise<void> {
    await this.#inFlight.all();
    while (this.#phase === 'failed') {
      try {
        await this.#deps.commits.probe();
        this.#epoch++;
        await this.#load();
      } catch (error) {
        this.#failure = asVigieError(error);
        await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
        continue;
      }
      if (this.#phase !== 'failed') return;
      this.#phase = 'running';
      this.#failure = undefined;
      this.#deps.log.info('readings are taken again');
      this.#planPump();
    }
  }

  /** Memory as the storage has it. Rules whose time has come, and alerts that no longer hold, follow at once. */
  async #load(): Promise<void> {
    const { state, commits, log } = this.#deps;
    const { fleet, orphans, foreign } = await loadFleet(state.db, commits, {
      customers: this.#deps.customers,
      onBroken: this.#onBroken,
      nowMs: this.#deps.clock.now(),
      partition: this.#deps.partition,
    });
    for (const customer of new Set([...this.#deps.customers, ...fleet.customers()]))
      await this.reloadRouting(customer);
    this.#fleet = fleet;
    this.#evaluator.last = fleet.last;
    this.#journalId = await commits.lastJournalId();
    const replayed = await replayJournal(fleet, commits, this.#evaluator);
    if (replayed > 0) log.info({ samples: replayed }, 'brought the state up to the last commit');
    this.#clockwork.reset();
    this.#deps.onLoaded?.(fleet);
    excuseOwnAbsence(fleet, this.#deps.clock.now());
    scheduleAll(fleet, this.#timers);
    this.#errands.unshift({
      run: (group) => {
        for (const orphan of orphans) closeOrphan(group, orphan);
        reconcileAlerts(group, this);
        // Before anything of this journal is judged: a replay goes by what is remembered.
        for (const sensor of foreign) group.touched.add(sensor);
      },
      resolve: () => undefined,
      reject: (err) => log.error({ err }, 'alerts could not be reconciled'),
    });
  }
}
