import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { useLocalized } from '../alerts/use-rule-name.ts';
import { useSensorRules } from './use-sensor-rules.ts';

export function SensorRules({ sensor }: { sensor: Sensor }) {
  const t = useTranslations('sensor');
  const { rules, isCutShort } = useSensorRules(sensor);
  const localized = useLocalized();
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">{t('rules')}</h2>
      {rules.length === 0 ? (
        <p className="muted">{t('noRules')}</p>
      ) : (
        <ul>
          {rules.map(({ id, name, enabled }) => (
            <li key={id}>
              <Link to="/rules/$id" params={{ id }}>
                {localized(name) ?? id}
              </Link>{' '}
              {enabled === false && <span className="muted">{t('ruleOff')}</span>}
            </li>
          ))}
        </ul>
      )}
      {isCutShort && <p className="muted">{t('rulesFirstOnly', { count: rules.length })}</p>}
    </section>
  );
}
