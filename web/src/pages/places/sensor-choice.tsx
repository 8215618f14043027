import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useId } from 'react';
import { useTranslations } from 'use-intl';
import { sensorsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import styles from './places.module.css';

const SUGGESTED = 20;

interface SensorChoiceProps {
  chosen: string;
  choose(id: string): void;
  put(): void;
}

/** Which sensor is to be put on the picture, with suggestions while it is typed. */
export function SensorChoice({ chosen, choose, put }: SensorChoiceProps) {
  const t = useTranslations('places');
  const inputId = useId();
  const listId = useId();
  const { data } = useInfiniteQuery(sensorsQuery({ q: chosen || undefined }, SUGGESTED));
  return (
    <div className={styles.choice}>
      <div className={styles.field}>
        <label htmlFor={inputId}>{t('sensorToPut')}</label>
        <input
          id={inputId}
          list={listId}
          value={chosen}
          onChange={({ target }) => choose(target.value.trim())}
        />
      </div>
      <datalist id={listId}>
        {data?.pages[0]?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? id}
          </option>
        ))}
      </datalist>
      <Button disabled={chosen === ''} onClick={put}>
        <Plus size={16} aria-hidden /> {t('put')}
      </Button>
    </div>
  );
}
