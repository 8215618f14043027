import { VigieError } from '#domain/errors.ts';
import type { BacktestSensor } from '#engine/backtest/backtest-run.ts';
import type { CompiledRule } from '#engine/rules/compiled-rule.ts';
import { selectorMatches } from '#engine/rules/selector.ts';
import type { SensorsTable, SeriesTable } from '#storage/state/schema.ts';
import { listSensorRows, seriesOfSensors } from '#storage/state/sensors.ts';
import type { OperationContext } from '../context.ts';

// Tested by: backtest.test.ts

const PORTION = 1000;
const MOST_SENSORS = 1000;

/** A sensor of a backtest, with the series that the rule looks at. */
export interface CoveredSensor {
  facts: BacktestSensor;
  series: SeriesTable[];
}

/** In the order of their ids. Throws `invalid_request` where there are too many. */
export async function coveredSensors(
  ctx: OperationContext,
  rule: CompiledRule,
): Promise<CoveredSensor[]> {
  const { db } = ctx.state;
  const rows = await coveredRows(ctx, rule);
  const series = await seriesOfSensors(
    db,
    rows.map(({ pk }) => pk),
  );
  return rows.map((row) => {
    const watched = watchedSeries(rule, series.get(row.pk) ?? []);
    return { facts: factsOf(row, watched), series: watched };
  });
}

async function coveredRows(ctx: OperationContext, { rule }: CompiledRule): Promise<SensorsTable[]> {
  const { customer } = ctx.caller;
  const { where } = rule;
  const found: SensorsTable[] = [];
  for (let afterId: string | undefined; ; ) {
    const filter = { customer, labels: where?.labels, afterId, limit: PORTION };
    const rows = await listSensorRows(ctx.state.db, filter);
    found.push(...rows.filter((row) => selectorMatches(where, row.sensor_id, labelsOf(row))));
    if (found.length > MOST_SENSORS) {
      const detail = `The rule covers more than ${MOST_SENSORS} sensors; name fewer in its \`where\`.`;
      throw new VigieError('invalid_request', detail, { pointer: '/rule/where' });
    }
    if (rows.length < PORTION) return found;
    afterId = rows.at(-1)?.sensor_id;
  }
}

function watchedSeries(rule: CompiledRule, series: readonly SeriesTable[]): SeriesTable[] {
  if (rule.takes === 'clock') return [];
  if (rule.takes === 'arrival') return [...series];
  return series.filter(({ metric }) => rule.metrics.includes(metric));
}

function factsOf(row: SensorsTable, series: readonly SeriesTable[]): BacktestSensor {
  return {
    sensorId: row.sensor_id,
    labels: labelsOf(row),
    calibrationDateMs: row.calibration_date ?? undefined,
    updateWithinMs: row.update_within ?? undefined,
    metrics: series.map(({ metric }) => metric),
  };
}

function labelsOf(row: SensorsTable): Record<string, string> {
  return JSON.parse(row.labels) as Record<string, string>;
}
