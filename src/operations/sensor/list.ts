import { isServiceBack, parseOutOfService } from '#domain/out-of-service.ts';
import { DEFAULT_PAGE_SIZE, type Page } from '#domain/page.ts';
import { ListSensorsQuery, type Sensor, type SensorStatus } from '#domain/sensor.ts';
import type { SensorsTable } from '#storage/state/schema.ts';
import { listSensorRows, type SensorFilter, seriesOfSensors } from '#storage/state/sensors.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { sensorView } from './sensor-view.ts';

// Tested by: sensor.test.ts

const check = inputCheck(ListSensorsQuery);
const KIND = 'sensors';
const PORTION = 1000;
/** How far one request looks for sensors that are as asked for; the cursor then goes on. */
const MAX_SCANNED = 20_000;

/** In the order of their ids. With `status` or `out_of_service` a page may hold fewer than `limit` and still have a next one. */
export async function listSensors({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: ListSensorsQuery;
}): Promise<Page<Sensor>> {
  authorize(ctx, 'read');
  const { cursor, ids, q, status, out_of_service: isOut, labels, ...rest } = check(input);
  // Who names the sensors wants all of them.
  const limit = rest.limit ?? ids?.length ?? DEFAULT_PAGE_SIZE;
  const { customer } = ctx.caller;
  const [afterId] = decodeCursor(cursor, KIND, ['string']) ?? [];
  const filter = { customer, ids, text: q, labels, wasTakenOut: isOut, afterId, limit };
  const { rows, nextId } =
    status === undefined && isOut === undefined
      ? await nextRows(ctx, filter)
      : await rowsThatAre(ctx, filter, { status, isOut });
  const series = await seriesOfSensors(
    ctx.state.db,
    rows.map(({ pk }) => pk),
  );
  const live = await ctx.live.find(customer, rows);
  const nowMs = ctx.clock.now();
  return {
    items: rows.map((row) =>
      sensorView(row, {
        series: series.get(row.pk) ?? [],
        live: live.get(row.sensor_id),
        nowMs,
      }),
    ),
    next_cursor: nextId === undefined ? null : encodeCursor(KIND, [nextId]),
  };
}

interface Found {
  rows: SensorsTable[];
  /** The id after which the next page starts; undefined at the end. */
  nextId: string | undefined;
}

async function nextRows(ctx: OperationContext, filter: SensorFilter): Promise<Found> {
  const rows = await listSensorRows(ctx.state.db, { ...filter, limit: filter.limit + 1 });
  const shown = rows.slice(0, filter.limit);
  return { rows: shown, nextId: rows.length > filter.limit ? shown.at(-1)?.sensor_id : undefined };
}

interface Present {
  status: SensorStatus | undefined;
  isOut: boolean | undefined;
}

/** How a sensor is right now stands in no table, so rows are read on until enough of them are so. */
async function rowsThatAre(
  ctx: OperationContext,
  filter: SensorFilter,
  { status, isOut }: Present,
): Promise<Found> {
  const found: SensorsTable[] = [];
  const nowMs = ctx.clock.now();
  let { afterId } = filter;
  for (let scanned = 0; scanned < MAX_SCANNED; ) {
    const portion = await listSensorRows(ctx.state.db, { ...filter, afterId, limit: PORTION });
    const live = await ctx.live.find(filter.customer, portion);
    for (const row of portion) {
      if (status !== undefined && (live.get(row.sensor_id)?.status ?? 'never') !== status) continue;
      if (isOut !== undefined && isOutNow(row, nowMs) !== isOut) continue;
      if (found.length === filter.limit) return { rows: found, nextId: found.at(-1)?.sensor_id };
      found.push(row);
    }
    if (portion.length < PORTION) return { rows: found, nextId: undefined };
    afterId = portion.at(-1)?.sensor_id;
    scanned += portion.length;
  }
  return { rows: found, nextId: afterId };
}

function isOutNow({ out_of_service: text }: SensorsTable, nowMs: number): boolean {
  const service = parseOutOfService(text);
  return service !== null && !isServiceBack(service, nowMs);
}
