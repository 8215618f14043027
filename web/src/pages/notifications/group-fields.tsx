import { useTranslations } from 'use-intl';
import type { PolicyInput } from '#domain/notification.ts';
import { changed } from '../../format/change-document.ts';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import { ListField } from '../../ui/parsed-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import { TextField } from '../../ui/text-field.tsx';
import styles from './notifications.module.css';

type Group = NonNullable<PolicyInput['group']>;
const FACTS = ['rule', 'severity', 'sensor', 'location'] as const;
const LABEL = 'label:';

interface GroupFieldsProps {
  group: Group | undefined;
  onChange(group: Group | undefined): void;
}

/** What comes together in one message, and how long it waits for more. */
export function GroupFields({ group, onChange }: GroupFieldsProps) {
  const t = useTranslations('notifications.group');
  const by = group?.by ?? [];
  const facts = by.filter((name) => !name.startsWith(LABEL));
  const labels = by.flatMap((name) => (name.startsWith(LABEL) ? [name.slice(LABEL.length)] : []));
  const change = (part: Partly<Group>) => onChange(changed(group ?? { by: [] }, part));
  return (
    <fieldset>
      <legend>{t('title')}</legend>
      <label>
        <input
          type="checkbox"
          checked={group !== undefined}
          onChange={({ target }) => onChange(target.checked ? { by: ['location'] } : undefined)}
        />{' '}
        {t('use')}
      </label>
      <p className="muted">{t('explain')}</p>
      {group !== undefined && (
        <>
          <CheckBoxes<string>
            legend={t('by')}
            hint={by.length === 0 ? t('byNothing') : undefined}
            choices={FACTS.map((name) => [name, t(`facts.${name}`)] as const)}
            chosen={facts}
            pointer="/group/by"
            onChange={(chosen) =>
              change({ by: [...chosen, ...labels.map((name) => LABEL + name)] })
            }
          />
          <div className={styles.line}>
            <ListField
              label={t('labels')}
              placeholder="site"
              value={labels}
              onChange={(names = []) =>
                change({ by: [...facts, ...names.map((name) => LABEL + name)] })
              }
            />
            <TextField
              label={t('wait')}
              hint={t('waitHint')}
              placeholder="30s"
              pointer="/group/wait"
              value={group.wait ?? ''}
              onChange={(wait) => change({ wait: wait || undefined })}
            />
            <TextField
              label={t('interval')}
              hint={t('intervalHint')}
              placeholder="5m"
              pointer="/group/interval"
              value={group.interval ?? ''}
              onChange={(interval) => change({ interval: interval || undefined })}
            />
          </div>
        </>
      )}
    </fieldset>
  );
}
