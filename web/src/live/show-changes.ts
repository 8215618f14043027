import type { QueryClient } from '@tanstack/react-query';
import type { Alert } from '#domain/alert.ts';
import type { Page } from '../api/queries.ts';
import type { ThingChange } from './live-connection.ts';
import { renewRules } from './renew-rules.ts';

/** At most one question after a burst of changes; a storm of alerts is one reload, not ten thousand. */
const GATHER_MS = 250;

/** The questions that show a kind of thing, by the first word of their keys. */
const SHOWN_BY: Readonly<Record<string, readonly string[]>> = {
  contact: ['contacts', 'on-call'],
  key: ['keys'],
  'maintenance-window': ['maintenance-windows'],
  'on-call': ['on-call'],
  place: ['places'],
  policy: ['policies'],
  rule: ['rules'],
  sensor: ['sensors', 'overview'],
  simulation: ['simulation', 'sensors', 'overview'],
  template: ['templates'],
};

/**
 * Keeps what is shown true to the live stream. Questions are asked again soon after a change, and those that changed
 * meanwhile once more when they are answered: however fast changes come, the answers do, too.
 */
export class ShownChanges {
  readonly #queries: QueryClient;
  readonly #words = new Set<string>();
  /** Rules that were changed, by id. */
  readonly #rules = new Set<string>();
  #isGathering = false;
  #lastTookMs = 0;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Puts the new state where the alert is shown at once; lists, whose filters decide, are asked again soon. */
  showAlert(alert: Alert): void {
    this.#queries.setQueriesData<Page<Alert>>({ queryKey: ['alerts', 'list'] }, (page) => {
      if (page === undefined || !page.items.some(({ id }) => id === alert.id)) return page;
      return {
        ...page,
        items: page.items.map((item) => (item.id === alert.id ? { ...item, ...alert } : item)),
      };
    });
    this.askAgain(['alerts', 'overview']);
    // What tells of silence is the alert: a sensor that is silent says nothing.
    if (alert.condition === 'silent') this.askAgain(['sensors']);
  }

  /** What people keep was changed, here or elsewhere. A kind that is not known may be shown by anything. */
  showThing({ kind, id }: ThingChange): void {
    if (kind === 'rule' && id !== null) this.#rules.add(id);
    const words = kind === 'rule' && id !== null ? [] : SHOWN_BY[kind];
    if (words === undefined) this.showEverything();
    else this.askAgain(words);
  }

  /** After something was missed. What is there stays on the screen while it is asked for. */
  showEverything(): void {
    void this.#queries.invalidateQueries();
  }

  askAgain(words: readonly string[]): void {
    for (const word of words) this.#words.add(word);
    if (this.#isGathering) return;
    this.#isGathering = true;
    // Lists of ten thousand take a while: at most half of the time is spent on asking.
    setTimeout(() => void this.#ask(), Math.max(GATHER_MS, this.#lastTookMs));
  }

  async #ask(): Promise<void> {
    const words = [...this.#words];
    const rules = [...this.#rules];
    this.#words.clear();
    this.#rules.clear();
    const startedMs = performance.now();
    await Promise.all([
      ...words.map((word) => this.#queries.invalidateQueries({ queryKey: [word] })),
      ...(rules.length === 0 ? [] : [renewRules(this.#queries, rules)]),
    ]);
    this.#lastTookMs = performance.now() - startedMs;
    this.#isGathering = false;
    if (this.#words.size + this.#rules.size > 0) this.askAgain([]);
  }
}
