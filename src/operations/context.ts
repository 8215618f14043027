import type { Caller, Scope } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import type { Limits } from '#domain/reading.ts';
import type { Clock } from '#domain/time.ts';
import type { BackupStore } from '#storage/backup-store.ts';
import type { HistoryStore } from '#storage/history-store.ts';
import { type AuditRow, insertAudit } from '#storage/state/audit.ts';
import type { StateStore, StateTransaction } from '#storage/state/state-store.ts';
import type { StorageMeter } from '#storage/storage-meter.ts';
import type { Bus } from '#stream/bus.ts';
import type { ChannelRegistry } from './contact/channel-port.ts';
import type { LiveSensors } from './sensor/live-sensors.ts';
import type { SensorRegistry } from './sensor/registry-port.ts';
import type { Simulator } from './simulation/simulator-port.ts';

/** Settings that operations need. */
interface OperationSettings {
  publicUrl: string;
  limits: Limits;
  /** A reading that takes longer from its time to its receipt is late. */
  lateAfterMs: number;
  /** How often the platform tries whether its alerts get through, 0 = never; whether somebody outside is told. */
  selfWatch: { canaryMs: number; isHeartbeatSet: boolean };
}

/** What operations work with; made once when the platform starts. */
export interface OperationServices {
  state: StateStore;
  history: HistoryStore;
  bus: Bus;
  clock: Clock;
  settings: OperationSettings;
  channels: ChannelRegistry;
  live: LiveSensors;
  registry: SensorRegistry;
  /** Absent where the engine leaves backups to tools of its own. */
  backups?: BackupStore | undefined;
  meter: StorageMeter;
  /** Absent in a process without a gateway, which could send nothing. */
  simulator?: Simulator | undefined;
}

/** The services and who asks: `{ ...services, caller }`. */
export interface OperationContext extends OperationServices {
  caller: Caller;
}

/** Throws `forbidden` where the caller has not the scope. `admin` includes the others. */
export function authorize(ctx: { caller: Caller }, scope: Scope): void {
  const { scopes } = ctx.caller;
  if (scopes.includes(scope) || scopes.includes('admin')) return;
  throw new VigieError('forbidden', `This needs a key with the scope ${scope}.`);
}

export interface Change {
  /** `<noun>.<verb>`. */
  action: string;
  /** `<noun>/<id>`. */
  target: string;
  /** What changed, as JSON; never a secret. */
  detail?: unknown;
}

/** Without a bus nobody is told of the change: sign-ins are nobody's news. */
type AuditContext = Pick<OperationContext, 'caller' | 'clock' | 'state'> & { bus?: Bus };

/** The audit row of a change, for those who commit it elsewhere (see `SensorRegistry`). */
export function auditRow(ctx: Pick<AuditContext, 'caller' | 'clock'>, change: Change): AuditRow {
  return {
    customer: ctx.caller.customer,
    at: ctx.clock.now(),
    who: ctx.caller.who,
    action: change.action,
    target: change.target,
    detail: change.detail === undefined ? null : JSON.stringify(change.detail),
    request_id: ctx.caller.requestId,
  };
}

/** Tells live listeners of a change that is durable. */
export function tellChange(
  { caller, bus }: Pick<AuditContext, 'caller' | 'bus'>,
  { action, target }: Change,
): void {
  bus?.publish('changed', { customer: caller.customer, action, target });
}

/**
 * The one place through which everything goes that changes something: `work` and its audit row in one
 * transaction, then the news of it. `work` uses `tx` alone; a statement on `ctx.state.db` within it would wait for itself.
 */
export async function audited<T>(
  ctx: AuditContext,
  change: Change,
  work: (tx: StateTransaction) => Promise<T>,
): Promise<T> {
  const result = await ctx.state.transaction(async (tx) => {
    const done = await work(tx);
    await insertAudit(tx, auditRow(ctx, change));
    return done;
  });
  tellChange(ctx, change);
  return result;
}
