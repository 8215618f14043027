import type { AlertFilter } from '../../api/queries.ts';

export const ALERT_VIEWS = ['open', 'unacknowledged', 'shelved', 'suppressed', 'all'] as const;
type AlertView = (typeof ALERT_VIEWS)[number];

/** What is in the address of the alerts page. */
export interface AlertsSearch {
  view?: AlertView | undefined;
  severity?: string | undefined;
  /** Only what stands, or only what is over. */
  state?: 'active' | 'cleared' | undefined;
  sensor_id?: string | undefined;
  rule_id?: string | undefined;
}

export function readAlertsSearch(search: Record<string, unknown>): AlertsSearch {
  const read: AlertsSearch = {};
  const view = ALERT_VIEWS.find((name) => name === search.view);
  if (view !== undefined) read.view = view;
  if (['info', 'warning', 'critical'].includes(String(search.severity)))
    read.severity = String(search.severity);
  if (search.state === 'active' || search.state === 'cleared') read.state = search.state;
  if (search.sensor_id !== undefined && search.sensor_id !== '')
    read.sensor_id = String(search.sensor_id);
  if (search.rule_id !== undefined && search.rule_id !== '') read.rule_id = String(search.rule_id);
  return read;
}

/** As the API filters. `open` is what is left to do: active, or over and not acknowledged (ISA-18.2). */
export function alertFilterOf({
  view = 'open',
  severity,
  state,
  sensor_id,
  rule_id,
}: AlertsSearch): AlertFilter {
  const of: Record<AlertView, AlertFilter> = {
    open: { open: 'true' },
    unacknowledged: { open: 'true', acknowledged: 'false' },
    shelved: { shelved: 'true' },
    suppressed: { suppressed: 'true' },
    all: {},
  };
  return {
    ...of[view],
    ...(severity === undefined ? {} : { severity }),
    ...(state === undefined ? {} : { state }),
    ...(sensor_id === undefined ? {} : { sensor_id }),
    ...(rule_id === undefined ? {} : { rule_id }),
  };
}
