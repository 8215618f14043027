import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { sensorsQuery } from '../../api/queries.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { FirstRun } from './first-run.tsx';
import { FleetFigures } from './fleet-figures.tsx';
import styles from './overview-page.module.css';
import { RecentChanges } from './recent-changes.tsx';
import { SensorTile } from './sensor-tile.tsx';
import { SimulationSign } from './simulation-sign.tsx';
import { SIMULATED } from './use-simulation.ts';
import { WhatIsWrong } from './what-is-wrong.tsx';

const TILES = 48;

const isSimulated = ({ labels }: Sensor) => labels[SIMULATED.name] === SIMULATED.value;

/** What an operator looks at all day: what is wrong, and the newest values. */
export function OverviewPage() {
  const t = useTranslations('overview');
  const sensors = useInfiniteQuery(sensorsQuery({}, TILES));
  const shown = sensors.data?.pages[0]?.items;
  return (
    <>
      <PageHeader title={t('title')} />
      <SimulationSign sensorCount={shown?.filter(isSimulated).length ?? 0} />
      {shown?.length === 0 && <FirstRun />}
      {shown !== undefined && shown.length > 0 && (
        <>
          <FleetFigures />
          <WhatIsWrong />
          <RecentChanges />
          <section className={styles.section} aria-labelledby="live">
            <h2 id="live">{t('live')}</h2>
            <ul className={styles.tiles}>
              {shown.map((sensor) => (
                <SensorTile key={sensor.id} sensor={sensor} />
              ))}
            </ul>
            {sensors.hasNextPage && (
              <p>
                {t('firstTiles', { count: shown.length })}{' '}
                <Link to="/sensors">{t('allSensors')}</Link>
              </p>
            )}
          </section>
        </>
      )}
    </>
  );
}
