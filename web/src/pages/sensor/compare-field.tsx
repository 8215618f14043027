import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import { sensorsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import styles from './sensor.module.css';
import type { SensorSearch } from './sensor-search.ts';

const SUGGESTED = 20;

interface CompareFieldProps {
  search: SensorSearch;
  /** Of the others too: the same metric is what is compared most. */
  metric: string;
  /** No more lines can be told apart. */
  isFull: boolean;
  choose(changed: SensorSearch): void;
}

export function CompareField({ search, metric, isFull, choose }: CompareFieldProps) {
  const t = useTranslations('sensor');
  const listId = useId();
  const [text, setText] = useState('');
  const { data } = useInfiniteQuery({
    ...sensorsQuery({ q: text }, SUGGESTED),
    enabled: text.length > 1,
  });
  const compared = (search.compare ?? '').split(',').filter(Boolean);
  const set = (next: readonly string[]) => choose({ compare: next.join(',') || undefined });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    set([...new Set([...compared, `${text.trim()}~${metric}`])]);
    setText('');
  };
  return (
    <form className={styles.group} onSubmit={submit}>
      <label className={styles.field}>
        {t('compare')}
        <input
          list={listId}
          value={text}
          disabled={isFull}
          onChange={({ target }) => setText(target.value)}
          placeholder="freezer-4"
        />
      </label>
      <datalist id={listId}>
        {data?.pages[0]?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? id}
          </option>
        ))}
      </datalist>
      <Button type="submit" disabled={isFull} aria-label={t('addCompared')}>
        <Plus size={16} aria-hidden />
      </Button>
      {compared.map((name) => (
        <Button
          key={name}
          aria-label={t('removeCompared', { name })}
          onClick={() => set(compared.filter((other) => other !== name))}
        >
          {name.replace('~', ' ')} <X size={14} aria-hidden />
        </Button>
      ))}
    </form>
  );
}
