import type { Alert } from '#domain/alert.ts';

const RANKS = { critical: 0, warning: 1, info: 2 } as const;

type Ranked = Pick<
  Alert,
  'id' | 'severity' | 'acknowledged' | 'shelved_until' | 'suppressed_by' | 'started_at'
>;

/** What was put aside comes last, what nobody has acknowledged before the rest; then the newest first. Each once. */
export function worstFirst<A extends Ranked>(alerts: readonly A[]): A[] {
  const rank = ({ severity, acknowledged, shelved_until, suppressed_by }: A) => {
    const isAside = shelved_until !== null || suppressed_by !== null;
    return (isAside ? 100 : 0) + RANKS[severity] * 10 + (acknowledged ? 1 : 0);
  };
  return [...new Map(alerts.map((alert) => [alert.id, alert])).values()].sort(
    (a, b) => rank(a) - rank(b) || b.started_at.localeCompare(a.started_at),
  );
}
