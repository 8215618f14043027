import type { RuleInput, Severity } from '#domain/rule.ts';

// A fleet and its rules as a company with many small sites has them: mostly a rule for one sensor, others for a line
// by its id pattern, for a kind of machine of a site by its labels, and a few for all sites.

const KINDS = ['freezer', 'fridge', 'oven', 'pump', 'room'] as const;
const LINES = 10;
const MACHINES = 10;
const PER_SITE = LINES * MACHINES;
/** One in so many rules covers a kind of machine at every site. */
const BROAD_EVERY = 5000;
/** Of a hundred conditions, those that only say how much is too much. */
const PLAIN = 30;

export interface BenchSensor {
  id: string;
  labels: Record<string, string>;
}

export function benchSensor(n: number): BenchSensor {
  const site = `s${String(Math.floor(n / PER_SITE)).padStart(4, '0')}`;
  const line = `l${Math.floor(n / MACHINES) % LINES}`;
  const kind = KINDS[n % KINDS.length]!;
  return { id: `${site}-${line}-${kind}-${n % MACHINES}`, labels: { site, line, kind } };
}

/** 70 % name one sensor, 10 % five of them, 10 % go by a pattern, 10 % by labels; every kind of condition. */
export function benchRule(n: number, sensors: number): RuleInput & { id: string } {
  return {
    id: `r-${String(n).padStart(6, '0')}`,
    name: { en: `Rule ${n}`, fr: `Règle ${n}` },
    where: selectorOf(n, sensors),
    when: conditionOf(n, probedSensor(n, sensors) === undefined ? 120 : 80),
    severity: n % 3 === 0 ? 'critical' : 'warning',
    ...(n % 50 === 7 ? { latch: true } : {}),
  };
}

/** Of the one rule for it that is raised by a reading of 85; undefined where a rule is not such a one. */
export function probedSensor(n: number, sensors: number): BenchSensor | undefined {
  const isProbed = n < sensors && n % 10 < 7 && kindOf(n) < PLAIN && n % 50 !== 7;
  return isProbed ? benchSensor(n) : undefined;
}

function selectorOf(n: number, sensors: number): NonNullable<RuleInput['where']> {
  const { id, labels } = benchSensor(n % sensors);
  if (n % BROAD_EVERY === BROAD_EVERY - 1) return { labels: { kind: labels.kind! } };
  if (n % 10 < 7) return { sensors: [id] };
  if (n % 10 === 7) {
    const five = Array.from({ length: 5 }, (_, k) => benchSensor((n + k) % sensors).id);
    return { sensors: five };
  }
  // Spread over all lines and kinds, whatever the last digit of n is.
  const spread = benchSensor((Math.floor(n / 10) * MACHINES + (n % 7)) % sensors).labels;
  if (n % 10 === 8) return { sensors: [`${spread.site}-${spread.line}-*`] };
  return { labels: { site: spread.site!, kind: spread.kind! } };
}

function levels(warning: number, critical: number): { limit: number; severity: Severity }[] {
  return [
    { limit: warning, severity: 'warning' },
    { limit: critical, severity: 'critical' },
  ];
}

/** 0–99, independent of how the sensors are named. */
function kindOf(n: number): number {
  return (Math.imul(n, 2654435761) >>> 8) % 100;
}

function conditionOf(n: number, limit: number): RuleInput['when'] {
  const kind = kindOf(n);
  const metric = 'temperature';
  if (kind < PLAIN) return { metric, above: [{ limit }], deadband: 0.5 };
  if (kind < 35) return { metric, above: levels(130, 140), on_delay: '5m' };
  if (kind < 50) return { metric, below: [{ limit: -30 }], deadband: 1, off_delay: '1m' };
  if (kind < 65) return { metric: 'humidity', outside: [{ range: [1, 99] }] };
  if (kind < 73) return { metric, change: { by: 500, within: '10m' } };
  if (kind < 80) return { silent: n % 2 === 0 ? '15m' : '1h' };
  if (kind < 85) return { metric: 'pressure', flat: { for: '2h' } };
  if (kind < 90) return { calibration_due: '30d' };
  return { expression: `temperature > ${70 + (n % 10)} and humidity > 99` };
}
