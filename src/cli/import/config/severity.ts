import type { Severity } from '#domain/rule.ts';

// Tested by: cli/import/prometheus/alert-rules.test.ts

/** What people call severities elsewhere, by the three here. */
const NAMES: Readonly<Record<Severity, readonly string[]>> = {
  info: ['info', 'information', 'informational', 'none', 'notice', 'low', 'debug', 'p4', 'p5'],
  warning: ['warning', 'warn', 'minor', 'medium', 'moderate', 'p3', 'ticket'],
  critical: [
    ...['critical', 'crit', 'error', 'major', 'high', 'page', 'pager', 'emergency', 'fatal'],
    ...['disaster', 'urgent', 'p1', 'p2'],
  ],
};

/** Severities by the names that others give them; what the person says comes first. */
export class SeverityNames {
  readonly #names = new Map<string, Severity>();

  constructor(said: Readonly<Record<string, Severity>> = {}) {
    for (const [severity, names] of Object.entries(NAMES)) {
      for (const name of names) this.#names.set(name, severity as Severity);
    }
    for (const [name, severity] of Object.entries(said)) {
      this.#names.set(name.toLowerCase(), severity);
    }
  }

  find(name: string): Severity | undefined {
    return this.#names.get(name.trim().toLowerCase());
  }

  /** The severities that have a name of which the test is true. */
  having(test: (name: string) => boolean): Set<Severity> {
    return new Set([...this.#names].filter(([name]) => test(name)).map(([, severity]) => severity));
  }
}
