import { useTranslations } from 'use-intl';
import { momentUntil, partOf, untilMoment, withParts } from '../../format/recurrence.ts';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { MomentField } from '../../ui/moment-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './notifications.module.css';

const DAYS = [
  ['MO', 'mon'],
  ['TU', 'tue'],
  ['WE', 'wed'],
  ['TH', 'thu'],
  ['FR', 'fri'],
  ['SA', 'sat'],
  ['SU', 'sun'],
] as const;

interface RecurrenceFieldsProps {
  /** A rule of RFC 5545; undefined = once. */
  rule: string | undefined;
  zone: string;
  onChange(rule: string | undefined): void;
}

/** How often it happens, for those who do not write RFC 5545; and the rule itself, for what these fields do not say. */
export function RecurrenceFields({ rule, zone, onChange }: RecurrenceFieldsProps) {
  const t = useTranslations('notifications');
  const often = partOf(rule, 'FREQ').toUpperCase();
  const change = (parts: Readonly<Record<string, string>>) => onChange(withParts(rule, parts));
  return (
    <>
      <div className={styles.line}>
        <ChoiceField
          label={t('recurrence')}
          value={often}
          choices={[
            ['', t('once')],
            ['DAILY', t('daily')],
            ['WEEKLY', t('weekly')],
            ['MONTHLY', t('monthly')],
            ['YEARLY', t('yearly')],
          ]}
          onChange={(name) =>
            onChange(name === '' ? undefined : withParts(rule, { FREQ: name, BYDAY: '' }))
          }
        />
        {often !== '' && (
          <>
            <TextField
              label={t('interval')}
              hint={t('intervalHint')}
              inputMode="numeric"
              value={partOf(rule, 'INTERVAL')}
              onChange={(text) => change({ INTERVAL: text.trim() })}
            />
            <TextField
              label={t('count')}
              hint={t('countHint')}
              inputMode="numeric"
              value={partOf(rule, 'COUNT')}
              onChange={(text) => change({ COUNT: text.trim(), UNTIL: '' })}
            />
            <MomentField
              label={t('until')}
              zone={zone}
              value={untilMoment(partOf(rule, 'UNTIL'))}
              onChange={(moment) => change({ UNTIL: momentUntil(moment), COUNT: '' })}
            />
          </>
        )}
      </div>
      {often === 'WEEKLY' && <DayBoxes rule={rule} change={change} />}
      <TextField
        label={t('recurrenceRule')}
        hint={t('recurrenceHint')}
        pointer="/recurrence"
        value={rule ?? ''}
        onChange={(text) => onChange(text || undefined)}
      />
    </>
  );
}

interface DayBoxesProps {
  rule: string | undefined;
  change(parts: Readonly<Record<string, string>>): void;
}

function DayBoxes({ rule, change }: DayBoxesProps) {
  const t = useTranslations('notifications');
  const days = useTranslations('words.day');
  return (
    <CheckBoxes<string>
      legend={t('recurrenceDays')}
      hint={t('recurrenceDaysHint')}
      choices={DAYS.map(([code, day]) => [code, days(day)] as const)}
      chosen={partOf(rule, 'BYDAY').split(',').filter(Boolean)}
      onChange={(chosen) => change({ BYDAY: chosen.join(',') })}
    />
  );
}
