import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { useFormats } from '../../format/use-formats.ts';
import { useNewest } from '../../live/live.tsx';
import { Facts } from '../../ui/facts.tsx';

export function SensorFacts({ sensor }: { sensor: Sensor }) {
  const t = useTranslations('sensor');
  const formats = useFormats();
  const newest = useNewest(sensor.id);
  const facts: readonly [string, string | null][] = [
    [t('id'), sensor.id],
    [t('location'), sensor.location],
    [
      t('labels'),
      Object.entries(sensor.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    ],
    [t('parent'), sensor.parent_id],
    [t('cadence'), sensor.cadence],
    [t('calibrated'), sensor.calibration_date && formats.moment(sensor.calibration_date)],
    [t('registered'), formats.moment(sensor.registered_at)],
  ];
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{t('facts')}</h2>
      <Facts
        facts={[
          ...Object.entries(sensor.metrics).map(
            ([metric, { unit, last }]) =>
              [metric, formats.quantity(newest.get(metric)?.value ?? last?.value, unit)] as const,
          ),
          ...facts,
          [
            t('outOfService'),
            sensor.out_of_service &&
              `${sensor.out_of_service.reason} (${sensor.out_of_service.by}, ${formats.moment(sensor.out_of_service.since)}${sensor.out_of_service.until === null ? '' : ` – ${formats.moment(sensor.out_of_service.until)}`})`,
          ],
        ]}
      />
    </section>
  );
}
