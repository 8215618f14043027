import { useTranslations } from 'use-intl';
import type { AlertException, PolicyInput } from '#domain/notification.ts';
import { changedPart, unlessEmpty } from '../../format/change-document.ts';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import { Exceptions } from '../../ui/exceptions.tsx';
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
  const { not, ...asked } = match ?? {};
  const change = (part: Partly<Match>) => onChange(changedPart(match, part));
  return (
    <fieldset>
      <legend>{t('matchTitle')}</legend>
      <p className="muted">{t('matchExplain')}</p>
      <AlertFields asked={asked} pointer="/match" change={change} />
      <Exceptions
        explain={t('notExplain')}
        not={not}
        pointer="/match/not"
        onChange={(after) => change({ not: after })}
        fields={(of) => <AlertFields {...of} />}
      />
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
