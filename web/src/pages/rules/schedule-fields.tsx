import { useTranslations } from 'use-intl';
import { OWN_ZONE, TimeZoneField } from '../../ui/time-zone-field.tsx';
import { WindowFields } from '../../ui/window-fields.tsx';
import type { RuleFieldsProps } from './rule-form.tsx';
import styles from './rules.module.css';

/** When the rule watches; always, unless windows are named. */
export function ScheduleFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const { windows, timeZone } = draft;
  return (
    <fieldset className={styles.fields}>
      <legend>{t('schedule')}</legend>
      {windows.length === 0 ? (
        <p className="muted">{t('always')}</p>
      ) : (
        <TimeZoneField
          value={timeZone}
          pointer="/schedule/time_zone"
          onChange={(zone) => change({ timeZone: zone })}
        />
      )}
      <WindowFields
        windows={windows}
        usual={{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }}
        pointer="/schedule/windows"
        onChange={(next) => change({ windows: next, timeZone: timeZone || OWN_ZONE })}
      />
    </fieldset>
  );
}
