import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { withoutAt } from '../../format/change-document.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import styles from './notifications.module.css';
import { useChoices } from './people-fields.tsx';

interface TurnFieldsProps {
  contacts: readonly string[];
  onChange(contacts: string[]): void;
}

/** The contacts of a rotation, in the order in which they take over; one may have more turns than another. */
export function TurnFields({ contacts, onChange }: TurnFieldsProps) {
  const t = useTranslations('notifications.turns');
  const choices = useChoices('contacts');
  const names = new Map(choices);
  const swap = (at: number) => {
    const [one = '', other = ''] = contacts.slice(at, at + 2);
    onChange([...contacts.slice(0, at), other, one, ...contacts.slice(at + 2)]);
  };
  return (
    <fieldset>
      <legend>{t('title')}</legend>
      <p className="muted">{t('explain')}</p>
      <ol className={styles.turns}>
        {contacts.map((id, at) => {
          const name = names.get(id) ?? id;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: one contact may have several turns
            <li key={at}>
              <span>{name}</span>
              <Button
                kind="plain"
                aria-label={t('earlier', { name, number: at + 1 })}
                disabled={at === 0}
                onClick={() => swap(at - 1)}
              >
                <ArrowUp size={16} aria-hidden />
              </Button>
              <Button
                kind="plain"
                aria-label={t('later', { name, number: at + 1 })}
                disabled={at === contacts.length - 1}
                onClick={() => swap(at)}
              >
                <ArrowDown size={16} aria-hidden />
              </Button>
              <Button
                kind="plain"
                aria-label={t('remove', { name, number: at + 1 })}
                onClick={() => onChange(withoutAt(contacts, at))}
              >
                <Trash2 size={16} aria-hidden />
              </Button>
            </li>
          );
        })}
      </ol>
      <ChoiceField
        label={t('add')}
        value=""
        choices={[['', t('choose')], ...choices]}
        pointer="/contacts"
        onChange={(id) => {
          if (id !== '') onChange([...contacts, id]);
        }}
      />
    </fieldset>
  );
}
