import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { sensorQuery } from '../../api/queries.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { SensorStatus } from '../../ui/sensor-status.tsx';
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
        <PageHeader title={id} />
        {error !== null && <ProblemText problem={error} />}
      </>
    );
  }
  return (
    <>
      <Link to="/sensors">{t('back')}</Link>
      <PageHeader title={sensor.name ?? sensor.id}>
        <SensorStatus sensor={sensor} />
      </PageHeader>
      <SensorChart key={id} sensor={sensor} />
      <div className={styles.columns}>
        <SensorFacts sensor={sensor} />
        <SensorRules sensor={sensor} />
      </div>
    </>
  );
}
