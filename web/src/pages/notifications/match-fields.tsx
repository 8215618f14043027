import { Plus, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { useTranslations } from 'use-intl';
import type { AlertException, PolicyInput } from '#domain/notification.ts';
import {
  changed,
  changedAt,
  changedPart,
  unlessEmpty,
  withoutAt,
} from '../../format/change-document.ts';
import { Button } from '../../ui/button.tsx';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import { useFieldNotes } from '../../ui/field-notes.tsx';
import { LabelsField, ListField } from '../../ui/parsed-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import styles from './notifications.module.css';

const SEVERITIES = ['info', 'warning', 'critical'] as const;

type Match = NonNullable<PolicyInput['match']>;

interface MatchFieldsProps {
  match: Match | undefined;
  onChange(match: Match | undefined): void;
}

/** For which alerts a policy is, and for which of them it is not. */
export function MatchFields({ match, onChange }: MatchFieldsProps) {
  const t = useTranslations('notifications');
  const { not = [], ...asked } = match ?? {};
  const change = (part: Partly<Match>) => onChange(changedPart(match, part));
  return (
    <fieldset>
      <legend>{t('matchTitle')}</legend>
      <p className="muted">{t('matchExplain')}</p>
      <AlertFields asked={asked} pointer="/match" change={change} />
      <p className="muted">{t('not.explain')}</p>
      {not.map((exception, at) => (
        <ExceptionFields
          // biome-ignore lint/suspicious/noArrayIndexKey: they have no name; their order is what tells them apart
          key={at}
          at={at}
          exception={exception}
          onChange={(after) => change({ not: changedAt(not, at, after) })}
          remove={() => change({ not: unlessEmpty(withoutAt(not, at)) })}
        />
      ))}
      <div>
        <Button onClick={() => change({ not: [...not, {}] })}>
          <Plus size={16} aria-hidden /> {t('not.add')}
        </Button>
      </div>
    </fieldset>
  );
}

interface ExceptionFieldsProps {
  at: number;
  exception: AlertException;
  onChange(exception: AlertException): void;
  remove(): void;
}

function ExceptionFields({ at, exception, onChange, remove }: ExceptionFieldsProps) {
  const t = useTranslations('notifications');
  const pointer = `/match/not/${at}`;
  const { notes, described } = useFieldNotes(useId(), { pointer, isWhole: true });
  return (
    <fieldset aria-describedby={described['aria-describedby']}>
      <legend>{t('not.one', { number: at + 1 })}</legend>
      <AlertFields
        asked={exception}
        pointer={pointer}
        change={(part) => onChange(changed(exception, part))}
      />
      {notes}
      <div>
        <Button onClick={remove}>
          <Trash2 size={16} aria-hidden /> {t('not.remove', { number: at + 1 })}
        </Button>
      </div>
    </fieldset>
  );
}

interface AlertFieldsProps {
  asked: AlertException;
  pointer: string;
  change(part: Partly<AlertException>): void;
}

/** What may be asked of an alert. */
function AlertFields({ asked, pointer, change }: AlertFieldsProps) {
  const t = useTranslations('notifications');
  const words = useTranslations('words.severity');
  return (
    <>
      <CheckBoxes
        legend={t('severity')}
        choices={SEVERITIES.map((name) => [name, words(name)] as const)}
        chosen={asked.severity ?? []}
        pointer={`${pointer}/severity`}
        onChange={(severity) => change({ severity: unlessEmpty(severity) })}
      />
      <div className={styles.line}>
        <ListField
          label={t('matchSensors')}
          placeholder="freezer-*"
          pointer={`${pointer}/sensors`}
          value={asked.sensors}
          onChange={(sensors) => change({ sensors: sensors && [...sensors] })}
        />
        <LabelsField
          label={t('matchLabels')}
          placeholder="site=lyon"
          pointer={`${pointer}/labels`}
          value={asked.labels}
          onChange={(labels) => change({ labels })}
        />
        <ListField
          label={t('matchLocations')}
          placeholder="lyon/*"
          pointer={`${pointer}/locations`}
          value={asked.locations}
          onChange={(locations) => change({ locations: locations && [...locations] })}
        />
        <ListField
          label={t('matchRules')}
          placeholder="freezer-too-warm"
          pointer={`${pointer}/rules`}
          value={asked.rules}
          onChange={(rules) => change({ rules: rules && [...rules] })}
        />
      </div>
    </>
  );
}
