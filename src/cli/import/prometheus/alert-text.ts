import type { ImportContext } from '../config/import-context.ts';

// Tested by: cli/import/prometheus/alert-rules.test.ts

const MOST = 2000;

export interface AlertText {
  text: string;
  /** Parts that have no place here. */
  dropped: string[];
}

/** A template of Prometheus or Grafana as one of Vigie: `{{ $labels.instance }}` is `{sensor}`, `{{ $value }}` is `{value}`. */
export function alertText(
  template: string,
  context: Pick<ImportContext, 'sensorLabels'>,
): AlertText {
  const dropped: string[] = [];
  const text = template.replace(/\{\{-?\s*(.*?)\s*-?\}\}/gs, (whole, action: string) => {
    const label = /^(?:\$labels|\.Labels)\.(\w+)$/.exec(action)?.[1];
    const value = /(?:^|\s|\()(?:\$value|\.Value)\b|\$values\.\w+(?:\.Value)?\b/.test(action);
    if (label !== undefined && context.sensorLabels.includes(label)) return '{sensor}';
    if (label === 'location' || label === 'severity') return `{${label}}`;
    if (value) return '{value}';
    dropped.push(whole);
    return label === undefined ? '…' : `[${label}]`;
  });
  return { text: [...text.trim()].slice(0, MOST).join(''), dropped };
}
