import { useTranslations } from 'use-intl';
import type { Columns } from '../../chart/columns.ts';
import type { ChartLine } from '../../chart/history-chart.tsx';
import { type ChartLate, endOfRow, longestLateMs } from '../../chart/late-stretches.ts';
import { useFormats } from '../../format/use-formats.ts';
import styles from './sensor.module.css';

/** The newest rows of what the chart shows, in words, for who cannot or will not read a chart. */
const MOST_ROWS = 200;

export function ValuesTable({
  lines,
  late,
}: {
  lines: readonly ChartLine[];
  /** Of the first line. */
  late: readonly ChartLate[];
}) {
  const t = useTranslations('sensor');
  const formats = useFormats();
  const delayOf = ({ times, mean }: Columns, at: number) => {
    if (mean[at] === null) return null;
    const longestMs = longestLateMs(late, times[at] as number, endOfRow(times, at));
    return longestMs === undefined ? null : t('upTo', { delay: formats.delay(longestMs) });
  };
  return (
    <div className={styles.tables}>
      {lines.map(({ key, label, unit, columns }, line) => (
        <table key={key}>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t('time')}</th>
              <th scope="col">{t('lowest')}</th>
              <th scope="col">{t('mean')}</th>
              <th scope="col">{t('highest')}</th>
              {line === 0 && late.length > 0 && <th scope="col">{t('late')}</th>}
            </tr>
          </thead>
          <tbody>
            {columns.times
              .map((time, at) => ({ time, at }))
              .slice(-MOST_ROWS)
              .reverse()
              .map(({ time, at }) => (
                <tr key={time} className="number">
                  <td>{formats.moment(new Date(time * 1000).toISOString())}</td>
                  <td>{formats.quantity(columns.min[at], unit)}</td>
                  <td>{formats.quantity(columns.mean[at], unit)}</td>
                  <td>{formats.quantity(columns.max[at], unit)}</td>
                  {line === 0 && late.length > 0 && <td>{delayOf(columns, at)}</td>}
                </tr>
              ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
