import { expect, test } from 'vitest';
import { alertFilterOf, readAlertsSearch } from './alerts-search.ts';

test('an address with nonsense in it shows what is left to do', () => {
  const search = readAlertsSearch({ view: 'mine', severity: 'loud', state: 'odd', sensor_id: '' });
  expect([search, alertFilterOf(search)]).toEqual([{}, { open: 'true' }]);
});

test('a view and filters become the parameters of the API', () => {
  const search = readAlertsSearch({
    view: 'unacknowledged',
    severity: 'critical',
    state: 'active',
    sensor_id: 12,
    rule_id: 'hot',
  });
  expect(alertFilterOf(search)).toEqual({
    open: 'true',
    acknowledged: 'false',
    severity: 'critical',
    state: 'active',
    sensor_id: '12',
    rule_id: 'hot',
  });
});
