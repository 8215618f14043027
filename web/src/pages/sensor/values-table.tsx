import { useTranslations } from 'use-intl';
import type { ChartLine } from '../../chart/history-chart.tsx';
import { useFormats } from '../../format/use-formats.ts';
import styles from './sensor.module.css';

/** The newest rows of what the chart shows, in words, for who cannot or will not read a chart. */
const MOST_ROWS = 200;

export function ValuesTable({ lines }: { lines: readonly ChartLine[] }) {
  const t = useTranslations('sensor');
  const formats = useFormats();
  return (
    <div className={styles.tables}>
      {lines.map(({ key, label, unit, columns }) => (
        <table key={key}>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t('time')}</th>
              <th scope="col">{t('lowest')}</th>
              <th scope="col">{t('mean')}</th>
              <th scope="col">{t('highest')}</th>
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
                </tr>
              ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
