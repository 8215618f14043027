import { useEffect, useState } from 'react';

/** What a chart is drawn with, read from the page's own tokens: a canvas knows no custom properties. */
export interface ChartColors {
  text: string;
  grid: string;
  /** Of the lines, in turn; told apart by dash as well (see `DASHES`). */
  lines: readonly string[];
  severity: Readonly<Record<'info' | 'warning' | 'critical', string>>;
}

function readColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token('muted'),
    grid: token('line'),
    lines: [token('accent'), token('good'), token('info'), token('muted')],
    severity: { info: token('info'), warning: token('warning'), critical: token('critical') },
  };
}

/** Read anew when the reader turns the page dark or light. */
export function useChartColors(): ChartColors {
  const [colors, setColors] = useState(readColors);
  useEffect(() => {
    const observer = new MutationObserver(() => setColors(readColors()));
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return colors;
}
