import { sql } from 'kysely';
import { isServiceBack, parseOutOfService } from '#domain/out-of-service.ts';
import type { Severity } from '#domain/rule.ts';
import { ACTIVE, SILENT } from './alert-row.ts';
import type { StateDb } from './state-store.ts';

// Tested by: operations/overview/get.test.ts

/** Of one customer. */
export interface FleetCounts {
  total: number;
  outOfService: number;
  silent: number;
}

export async function fleetCounts(
  db: StateDb,
  { customer, nowMs }: { customer: string; nowMs: number },
): Promise<FleetCounts> {
  const [fleet, services, silent] = await Promise.all([
    db
      .selectFrom('sensors')
      .select(({ fn }) => fn.countAll().as('total'))
      .where('customer', '=', customer)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('sensors')
      .select('out_of_service')
      .where('customer', '=', customer)
      .where('out_of_service', 'is not', null)
      .execute(),
    db
      .selectFrom('alerts')
      .select(({ fn }) => fn.count('sensor_pk').distinct().as('count'))
      .where('customer', '=', customer)
      .where('state', '=', ACTIVE)
      .where('condition', '=', SILENT)
      .executeTakeFirstOrThrow(),
  ]);
  return {
    total: Number(fleet.total),
    outOfService: services.filter(({ out_of_service: text }) => {
      const service = parseOutOfService(text);
      return service !== null && !isServiceBack(service, nowMs);
    }).length,
    silent: Number(silent.count),
  };
}

export interface ActiveCount {
  severity: Severity;
  acknowledged: boolean;
  /** Put aside at that time. */
  shelved: boolean;
  count: number;
}

/** Active alerts by what tells them apart. */
export async function activeCounts(
  db: StateDb,
  { customer, nowMs }: { customer: string; nowMs: number },
): Promise<ActiveCount[]> {
  const shelved = sql<number>`case when shelved_until > ${sql.lit(nowMs)} then 1 else 0 end`;
  const rows = await db
    .selectFrom('alerts')
    .select(({ fn }) => [
      'severity',
      'acknowledged',
      shelved.as('shelved'),
      fn.countAll().as('count'),
    ])
    .where('customer', '=', customer)
    .where('state', '=', ACTIVE)
    .groupBy(['severity', 'acknowledged', shelved])
    .execute();
  return rows.map((row) => ({
    severity: row.severity as Severity,
    acknowledged: row.acknowledged === 1,
    shelved: Number(row.shelved) === 1,
    count: Number(row.count),
  }));
}

/** Back to normal before anybody saw them. */
export async function countReturnedUnseen(db: StateDb, customer: string): Promise<number> {
  const row = await db
    .selectFrom('alerts')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('customer', '=', customer)
    .where('state', '=', 'cleared')
    .where('acknowledged', '=', 0)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
