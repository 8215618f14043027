import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { alertsQuery, sensorsQuery } from '../../api/queries.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { AlertTable } from '../alerts/alert-table.tsx';
import { FirstRun } from './first-run.tsx';
import { FleetFigures } from './fleet-figures.tsx';
import styles from './overview-page.module.css';
import { RecentChanges } from './recent-changes.tsx';
import { SensorTile } from './sensor-tile.tsx';
import { SimulationSign } from './simulation-sign.tsx';

const TILES = 48;

/** What an operator looks at all day: what is wrong, and the newest values. */
export function OverviewPage() {
  const t = useTranslations('overview');
  const sensors = useInfiniteQuery(sensorsQuery({}, TILES));
  const alerts = useQuery(alertsQuery({ state: 'active' }));
  const shown = sensors.data?.pages[0]?.items;
  return (
    <>
      <PageHeader title={t('title')} />
      <SimulationSign />
      {shown?.length === 0 && <FirstRun />}
      {shown !== undefined && shown.length > 0 && (
        <>
          <FleetFigures />
          <section className={styles.section} aria-labelledby="now">
            <h2 id="now">{t('now')}</h2>
            {alerts.data && <AlertTable alerts={alerts.data.items} none={t('allGood')} />}
          </section>
          <RecentChanges />
          <section className={styles.section} aria-labelledby="live">
            <h2 id="live">{t('live')}</h2>
            <ul className={styles.tiles}>
              {shown.map((sensor) => (
                <SensorTile key={sensor.id} sensor={sensor} />
              ))}
            </ul>
          </section>
        </>
      )}
    </>
  );
}
