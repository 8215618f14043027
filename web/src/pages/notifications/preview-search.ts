import type { Severity } from '#domain/rule.ts';

export const PREVIEW_SEVERITIES = ['info', 'warning', 'critical'] as const satisfies Severity[];

/** What is in the address of “Who would be told”: the alert that is asked about. */
export interface PreviewSearch {
  rule?: string | undefined;
  sensor?: string | undefined;
  severity?: Severity | undefined;
}

export function readPreviewSearch(search: Record<string, unknown>): PreviewSearch {
  const text = (value: unknown) => (value === undefined ? '' : String(value));
  const [rule, sensor] = [text(search.rule), text(search.sensor)];
  const severity = PREVIEW_SEVERITIES.find((name) => name === search.severity);
  return { ...(rule && { rule }), ...(sensor && { sensor }), ...(severity && { severity }) };
}
