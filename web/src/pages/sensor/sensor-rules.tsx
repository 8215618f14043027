import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { rulesQuery } from '../../api/queries.ts';
import { useRuleName } from '../alerts/use-rule-name.ts';
import { useSensorRules } from './use-sensor-rules.ts';

export function SensorRules({ sensor }: { sensor: Sensor }) {
  const t = useTranslations('sensor');
  const rules = useSensorRules(sensor);
  const { data } = useQuery(rulesQuery);
  const ruleName = useRuleName();
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">{t('rules')}</h2>
      {rules.length === 0 ? (
        <p className="muted">{t('noRules')}</p>
      ) : (
        <ul>
          {rules.map(({ id, enabled }) => (
            <li key={id}>
              <Link to="/rules/$id" params={{ id }}>
                {ruleName(id)}
              </Link>{' '}
              {enabled === false && <span className="muted">{t('ruleOff')}</span>}
            </li>
          ))}
        </ul>
      )}
      {data?.next_cursor != null && (
        <p className="muted">{t('rulesFirstOnly', { count: data.items.length })}</p>
      )}
    </section>
  );
}
