import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { overviewQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { useLive } from '../../live/live.tsx';
import { useNow } from '../sensor/use-now.ts';
import styles from './overview-page.module.css';

/** The fleet at one look; grey while all is well. Each number leads to what it counts. */
export function FleetFigures() {
  const t = useTranslations('overview');
  const formats = useFormats();
  const { data } = useQuery(overviewQuery);
  if (data === undefined) return null;
  const { sensors, alerts } = data;
  return (
    <ul className={styles.figures} aria-label={t('fleet')}>
      <li>
        <Link
          to="/alerts"
          search={{ severity: 'critical', state: 'active' }}
          className={alerts.critical > 0 ? styles.bad : ''}
        >
          <strong className="number">{formats.count(alerts.critical)}</strong>{' '}
          {t('critical', { count: alerts.critical })}
        </Link>
      </li>
      <li>
        <Link to="/alerts" search={{ view: 'unacknowledged' }}>
          <strong className="number">{formats.count(alerts.unacknowledged)}</strong>{' '}
          {t('unacknowledged', { count: alerts.unacknowledged })}
        </Link>
      </li>
      <li>
        <Link
          to="/sensors"
          search={{ status: 'silent' }}
          className={sensors.silent > 0 ? styles.odd : ''}
        >
          <strong className="number">{formats.count(sensors.silent)}</strong>{' '}
          {t('silent', { count: sensors.silent })}
        </Link>
      </li>
      {sensors.out_of_service > 0 && (
        <li>
          <Link to="/sensors" search={{ status: 'out_of_service' }}>
            <strong className="number">{formats.count(sensors.out_of_service)}</strong>{' '}
            {t('outOfService', { count: sensors.out_of_service })}
          </Link>
        </li>
      )}
      <li>
        <Link to="/sensors">
          <strong className="number">{formats.count(sensors.total)}</strong>{' '}
          {t('sensors', { count: sensors.total })}
        </Link>
      </li>
      <Rate />
    </ul>
  );
}

/** Counted from the live stream: nothing is asked. */
function Rate() {
  const t = useTranslations('overview');
  const formats = useFormats();
  const { rate } = useLive();
  const perSecond = rate.perSecond(useNow(true));
  return (
    <li data-rate>
      <span>
        <strong className="number">{formats.number(Math.round(perSecond * 10) / 10)}</strong>{' '}
        {t('rate')}
      </span>
    </li>
  );
}
