import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { sensorQuery } from '../../api/queries.ts';
import { isHeardSince } from '../../live/heard-since.ts';
import { useNewest } from '../../live/live.tsx';
import { searchBefore } from '../../ui/last-search.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { SensorStatus } from '../../ui/sensor-status.tsx';
import type { SensorsSearch } from '../sensors/sensors-search.ts';
import styles from './sensor.module.css';
import { SensorChart } from './sensor-chart.tsx';
import { SensorFacts } from './sensor-facts.tsx';
import { SensorRules } from './sensor-rules.tsx';

const route = getRouteApi('/sensors/$id');

/** One sensor: its history, how it is, and what watches it. */
export function SensorPage() {
  const t = useTranslations('sensor');
  const { id } = route.useParams();
  const { data: sensor, error } = useQuery(sensorQuery(id));
  if (sensor === undefined) {
    return (
      <>
        <Back />
        <PageHeader title={id} />
        {error !== null && <ProblemText problem={error} />}
      </>
    );
  }
  return (
    <>
      <Back />
      <PageHeader title={sensor.name ?? sensor.id}>
        <Link to="/alerts" search={{ view: 'all', sensor_id: sensor.id }}>
          {t('alertsOf')}
        </Link>
        <StatusNow sensor={sensor} />
      </PageHeader>
      {/* Somebody has removed it while it is shown. */}
      {error !== null && <ProblemText problem={error} />}
      <SensorChart key={id} sensor={sensor} />
      <div className={styles.columns}>
        <SensorFacts sensor={sensor} />
        <SensorRules sensor={sensor} />
      </div>
    </>
  );
}

/** To the list as it was filtered. */
function Back() {
  const t = useTranslations('sensor');
  return (
    <Link to="/sensors" search={searchBefore<SensorsSearch>('sensors')}>
      {t('back')}
    </Link>
  );
}

function StatusNow({ sensor }: { sensor: Sensor }) {
  const newest = useNewest(sensor.id);
  return <SensorStatus sensor={sensor} isHeard={isHeardSince(sensor, newest)} />;
}
