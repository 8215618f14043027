import { DEFAULT_PAGE_SIZE, type Page } from '#domain/page.ts';
import { type ListedRule, ListRulesQuery } from '#domain/questions.ts';
import { selectorMatches } from '#engine/rules/selector.ts';
import { findSensor } from '#storage/state/sensors.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { searchPage } from '../document-pages.ts';
import { BUILT_IN_IDS, builtInRule } from './built-in.ts';

// Tested by: rule.test.ts, list.test.ts

const check = inputCheck(ListRulesQuery);

/**
 * In the order of their ids; built-in rules that nobody has replaced stand among them. With `sensor_id` those that cover
 * the sensor, or would, where it is not there yet.
 */
export async function listRules({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: ListRulesQuery;
}): Promise<Page<ListedRule>> {
  authorize(ctx, 'read');
  const { cursor, ids, q: text, sensor_id: sensorId, ...rest } = check(input);
  const covers = await coverTest(ctx, sensorId);
  return searchPage<ListedRule>(ctx, {
    kind: 'rule',
    // Who names the rules wants all of them.
    limit: rest.limit ?? ids?.length ?? DEFAULT_PAGE_SIZE,
    cursor,
    search: { ids, text, sensorId },
    standing: BUILT_IN_IDS.flatMap((id) => builtInRule(id) ?? []),
    ...(covers && { fits: covers }),
  });
}

async function coverTest(ctx: OperationContext, sensorId: string | undefined) {
  if (sensorId === undefined) return undefined;
  const sensor = await findSensor(ctx.state.db, { customer: ctx.caller.customer, sensorId });
  const labels = JSON.parse(sensor?.labels ?? '{}') as Record<string, string>;
  return ({ where }: ListedRule) => selectorMatches(where, sensorId, labels);
}
