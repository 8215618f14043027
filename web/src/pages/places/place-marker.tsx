import { Link } from '@tanstack/react-router';
import { CircleHelp } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import type { PlacedSensor } from '#domain/place.ts';
import type { Sensor } from '#domain/sensor.ts';
import { useFormats } from '../../format/use-formats.ts';
import { isHeardSince } from '../../live/heard-since.ts';
import { useNewest } from '../../live/live.tsx';
import { isOutOfService, SensorStatus } from '../../ui/sensor-status.tsx';
import { Severity } from '../../ui/severity.tsx';
import { MarkerFrame } from './marker-frame.tsx';
import styles from './places.module.css';

interface PlaceMarkerProps {
  placed: PlacedSensor;
  /** The worst that stands now. */
  alert: Alert | undefined;
  sensor: Sensor | undefined;
  /** It is known that there is no such sensor (any more). */
  isUnknown: boolean;
}

/** One sensor where it is: its name, its newest value, and what is wrong with it, if anything is. */
export function PlaceMarker({ placed, alert, sensor, isUnknown }: PlaceMarkerProps) {
  const t = useTranslations('places');
  const { sensor_id: id } = placed;
  return (
    <MarkerFrame placed={placed} isWrong={alert !== undefined}>
      <Link to="/sensors/$id" params={{ id }} className={styles.name}>
        {sensor?.name ?? id}
      </Link>
      {isUnknown && (
        <span className={styles.unknown}>
          <CircleHelp size={15} aria-hidden /> {t('unknown')}
        </span>
      )}
      {sensor !== undefined && <SensorNow sensor={sensor} alert={alert} />}
    </MarkerFrame>
  );
}

/** The metric of the alert, or else the first one. */
function SensorNow({ sensor, alert }: { sensor: Sensor; alert: Alert | undefined }) {
  const formats = useFormats();
  const newest = useNewest(sensor.id);
  const metric = alert?.metric ?? Object.keys(sensor.metrics)[0] ?? newest.keys().next().value;
  const isHeard = isHeardSince(sensor, newest);
  const isWell = !isOutOfService(sensor) && (sensor.status === 'ok' || isHeard);
  return (
    <>
      {metric !== undefined && (
        <span className={`number ${styles.value}`} title={metric}>
          {formats.quantity(
            newest.get(metric)?.value ?? sensor.metrics[metric]?.last?.value,
            sensor.metrics[metric]?.unit,
          )}
        </span>
      )}
      {alert !== undefined && <Severity severity={alert.severity} />}
      {!isWell && <SensorStatus sensor={sensor} isHeard={isHeard} />}
    </>
  );
}
