import type { SelfWatch } from '#domain/self-watch.ts';
import { formatTime, formatTimeOrNull } from '#domain/time.ts';
import { readSelfWatch, type SelfWatchRecord } from '#storage/state/self-watch.ts';
import { authorize, type OperationContext } from '../context.ts';

// Tested by: services/self-watch/self-watch.test.ts

/** Rounds in a row that may fail before the path counts as broken. */
const ROUNDS = 3;

/** Whether the platform's own alerts get through, how fast, and when the heartbeat was last called. */
export async function getSelfWatch({ ctx }: { ctx: OperationContext }): Promise<SelfWatch> {
  authorize(ctx, 'read');
  const { canaryMs, isHeartbeatSet } = ctx.settings.selfWatch;
  const record = canaryMs === 0 ? undefined : await readSelfWatch(ctx.state.db);
  const { failure, heartbeat } = record ?? {};
  return {
    canary: {
      state: stateOf(record, { canaryMs, nowMs: ctx.clock.now() }),
      interval_s: canaryMs === 0 ? null : canaryMs / 1000,
      last_success_at: formatTimeOrNull(record?.successMs ?? null),
      last_failure: failure ? { at: formatTime(failure.atMs), detail: failure.detail } : null,
      latency: latencyOf(record?.latenciesMs ?? []),
    },
    heartbeat: {
      is_configured: isHeartbeatSet,
      last_at: formatTimeOrNull(heartbeat?.atMs ?? null),
      last_outcome: heartbeat?.outcome ?? null,
    },
  };
}

function stateOf(
  record: SelfWatchRecord | undefined,
  { canaryMs, nowMs }: { canaryMs: number; nowMs: number },
): SelfWatch['canary']['state'] {
  if (canaryMs === 0) return 'off';
  if (record === undefined) return 'starting';
  const quietMs = nowMs - (record.successMs ?? record.sinceMs);
  if (quietMs > ROUNDS * canaryMs) return 'failing';
  return record.successMs === null ? 'starting' : 'ok';
}

function latencyOf(latenciesMs: readonly number[]): SelfWatch['canary']['latency'] {
  if (latenciesMs.length === 0) return null;
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { count: sorted.length, p50_ms: at(0.5), p99_ms: at(0.99) };
}
