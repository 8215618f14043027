import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Rule } from '#domain/rule.ts';
import { formatTime } from '#domain/time.ts';
import type { CompiledRule } from '#engine/rules/compiled-rule.ts';
import { namedSensors, RuleIndex } from '#engine/rules/rule-index.ts';
import type { Logger } from '#platform/logging.ts';
import { type DocumentVersion, documentVersions, findDocuments } from '#storage/state/documents.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import type { Fleet } from './fleet.ts';
import type { Group } from './group.ts';
import type { Processor } from './processor.ts';
import { applyRules } from './reconcile.ts';
import type { RuleBook, RuleChange } from './rule-book.ts';
import type { SensorEntry } from './sensor-entry.ts';

// Tested by: rule-changes.test.ts

const WAIT_MS = 100;
/** Rules that are read and made ready in one go: a few milliseconds. */
const MOST_AT_ONCE = 200;
/** Sensors that are looked at, and of those given their rules anew, in one go: some milliseconds each. */
const MOST_LOOKED_AT = 1000;
const MOST_VISITED = 200;
/**
 * Between two shares of the fleet. On its way to a webhook a reading waits for a dozen turns of the event loop, and
 * without a pause each of them would hold a share.
 */
const PAUSE_MS = 5;

/** Sensors to be brought to the book; undefined = looked at, and not concerned. */
interface Round {
  sensors: Iterator<SensorEntry | undefined>;
  /** The rules by which sensors are picked out, where more may be added to them still. */
  picking: RuleIndex<CompiledRule> | undefined;
}

/**
 * Takes over the rules of one customer as people change them.
 *
 * A change that was noted before a reading came is in the book before the reading is judged: an errand waits in line,
 * reads what was noted until then, and puts it into the book. Sensors that a changed rule names have it in the same
 * errand. Where a rule goes by patterns or labels, the fleet is gone through share by share, with readings in
 * between; a sensor that registers or changes meanwhile is given the book's rules anyway. Each visit brings a sensor to
 * what the book says then, so that rounds may overlap in any order.
 *
 * Where word may have been missed, versions are compared outside the line, and those that differ are noted.
 */
export class RuleChanges {
  readonly #processor: Processor;
  readonly #customer: string;
  readonly #db: StateDb;
  readonly #log: Logger;
  readonly #noted = new Set<string>();
  #rounds: Round[] = [];
  /** Whose sensors the rounds go through. */
  #fleet: Fleet | undefined;
  #isComparing = false;
  #isToBeCompared = false;
  #isInLine = false;
  #isStopped = false;

  constructor(
    processor: Processor,
    { customer, db, log }: { customer: string; db: StateDb; log: Logger },
  ) {
    this.#processor = processor;
    this.#customer = customer;
    this.#db = db;
    this.#log = log;
  }

  /** The rule was changed; undefined: any may have been. */
  note(ruleId: string | undefined): void {
    if (ruleId === undefined) void this.#compare();
    else {
      this.#noted.add(ruleId);
      void this.#standInLine();
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #standInLine(): Promise<void> {
    if (this.#isInLine) return;
    this.#isInLine = true;
    // What comes while the state is being loaded may be too late for it: it waits until readings are taken again.
    while (this.#processor.failure !== undefined && !this.#isStopped) await sleep(WAIT_MS);
    if (this.#isStopped) return;
    await this.#processor
      .run((group) => this.#step(group))
      .catch((error: unknown) => {
        // The state that is loaded next has the rules as they are.
        this.#isInLine = false;
        this.#log.error({ err: error }, 'changed rules: not taken over');
      });
    // Readings that wait have their turn; a change that is noted meanwhile stands in line by itself.
    await (this.#noted.size > 0 ? turn() : sleep(PAUSE_MS));
    if (this.#noted.size > 0 || this.#rounds.length > 0) await this.#standInLine();
  }

  async #step(group: Group): Promise<void> {
    const { fleet } = this.#processor;
    const customer = this.#customer;
    this.#isInLine = false;
    if (fleet !== this.#fleet) {
      this.#fleet = fleet;
      this.#rounds = [];
    }
    const ids = [...this.#noted.values().take(MOST_AT_ONCE)];
    const book = fleet.bookOf(customer);
    if (book === undefined) {
      // Nobody has sent anything for the customer yet: their rules are read whole when somebody does.
      this.#noted.clear();
      return;
    }
    // Before they are read: what is noted from now on may be newer than what is read.
    for (const id of ids) this.#noted.delete(id);
    const rows = await findDocuments(this.#db, { customer, kind: 'rule', ids });
    const stored = new Map(rows.map(({ id, body }) => [id, JSON.parse(body) as Rule]));
    const changes = ids.map((id) => book.change(id, stored.get(id)));
    this.#planRounds(fleet, changes);
    this.#visit(group, book);
  }

  /** Sensors that are named come first and by themselves; for the others one look at the fleet does for many rules. */
  #planRounds(fleet: Fleet, changes: readonly RuleChange[]): void {
    const sensors = fleet.sensorsOf(this.#customer);
    const named = new Set<string>();
    for (const rule of changes.flatMap(({ before, after }) => [before, after])) {
      if (rule === undefined) continue;
      const ids = namedSensors(rule.rule);
      if (ids === undefined) this.#picking(sensors).add(rule);
      else for (const id of ids) named.add(id);
    }
    if (named.size === 0) return;
    const entries = named.values().map((id) => sensors.get(id));
    this.#rounds.unshift({ sensors: entries, picking: undefined });
  }

  /** Of the round through all sensors that has not begun. */
  #picking(sensors: ReadonlyMap<string, SensorEntry>): RuleIndex<CompiledRule> {
    const last = this.#rounds.at(-1)?.picking;
    if (last !== undefined) return last;
    const picking = new RuleIndex<CompiledRule>();
    const picked = sensors.values().map((each) => (picking.coversAny(each) ? each : undefined));
    this.#rounds.push({ sensors: picked, picking });
    return picking;
  }

  #visit(group: Group, book: RuleBook): void {
    const { evaluator, timers } = this.#processor;
    const found: SensorEntry[] = [];
    for (let looked = 0; looked < MOST_LOOKED_AT && found.length < MOST_VISITED; looked++) {
      const [round] = this.#rounds;
      if (round === undefined) break;
      round.picking = undefined;
      const { value, done } = round.sensors.next();
      if (done) this.#rounds.shift();
      else if (value !== undefined) found.push(value);
    }
    applyRules(group, found, { book, evaluator, timers });
  }

  /** Notes every rule of which another version is stored than the book has. */
  async #compare(): Promise<void> {
    this.#isToBeCompared = true;
    if (this.#isComparing) return;
    this.#isComparing = true;
    while (this.#isToBeCompared && !this.#isStopped) {
      this.#isToBeCompared = false;
      try {
        await this.#noteStale();
      } catch (error) {
        this.#log.error({ err: error }, 'changed rules could not be looked for');
        this.#isToBeCompared = true;
        await sleep(WAIT_MS);
      }
    }
    this.#isComparing = false;
    if (this.#noted.size > 0) await this.#standInLine();
  }

  async #noteStale(): Promise<void> {
    while (this.#processor.failure !== undefined && !this.#isStopped) await sleep(WAIT_MS);
    const book = this.#processor.fleet.bookOf(this.#customer);
    if (book === undefined) return;
    const missing = book.idsOfStored();
    const of = { customer: this.#customer, kind: 'rule' } as const;
    for await (const versions of documentVersions(this.#db, of)) {
      for (const version of versions) {
        missing.delete(version.id);
        const known = book.get(version.id)?.rule;
        if (known === undefined || !isVersion(known, version)) this.#noted.add(version.id);
      }
    }
    for (const id of missing) this.#noted.add(id);
  }
}

function isVersion(rule: Rule, version: DocumentVersion): boolean {
  return (
    rule.revision === version.revision &&
    rule.created_at === formatTime(version.created_at) &&
    rule.updated_at === formatTime(version.updated_at)
  );
}
