import { useTranslations } from 'use-intl';
import type { SensorException } from '#domain/rule.ts';
import styles from './exceptions.module.css';
import { Exceptions } from './exceptions.tsx';
import { LabelsField, ListField } from './parsed-field.tsx';

interface SensorExceptionsProps {
  not: readonly SensorException[] | undefined;
  onChange(not: SensorException[] | undefined): void;
}

/** Which sensors a rule or a window leaves out. */
export function SensorExceptions({ not, onChange }: SensorExceptionsProps) {
  const t = useTranslations('words.not');
  return (
    <Exceptions
      explain={t('explainSensors')}
      not={not}
      pointer="/where/not"
      onChange={onChange}
      fields={({ asked, pointer, change }) => (
        <div className={styles.line}>
          <ListField
            label={t('sensors')}
            placeholder="freezer-9"
            pointer={`${pointer}/sensors`}
            value={asked.sensors}
            onChange={(sensors) => change({ sensors: sensors && [...sensors] })}
          />
          <LabelsField
            label={t('labels')}
            placeholder="site=lab"
            pointer={`${pointer}/labels`}
            value={asked.labels}
            onChange={(labels) => change({ labels })}
          />
        </div>
      )}
    />
  );
}
