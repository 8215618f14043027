import { useEffect, useId, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import styles from './sensors.module.css';
import type { SensorsSearch } from './sensors-search.ts';

const STATUSES = ['ok', 'silent', 'never'] as const;
/** A pause in typing; then the list is asked for. */
const PAUSE_MS = 80;

interface SensorFiltersProps {
  search: SensorsSearch;
  choose(changed: SensorsSearch): void;
}

export function SensorFilters({ search, choose }: SensorFiltersProps) {
  const [t, words] = [useTranslations('sensors'), useTranslations('words.status')];
  const ids = { q: useId(), label: useId() };
  return (
    <search className={styles.filters}>
      <label htmlFor={ids.q}>
        {t('search')}
        <PausedInput
          id={ids.q}
          type="search"
          value={search.q ?? ''}
          onPause={(q) => choose({ q: q || undefined })}
        />
      </label>
      <label htmlFor={ids.label}>
        {t('label')}
        <PausedInput
          id={ids.label}
          placeholder="site=lyon"
          value={search.label ?? ''}
          onPause={(label) => choose({ label: label || undefined })}
        />
      </label>
      <label>
        {t('status')}
        <select
          value={search.status ?? ''}
          onChange={({ target }) => choose({ status: target.value || undefined })}
        >
          <option value="">{t('any')}</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {words(status)}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}

interface PausedInputProps {
  id: string;
  type?: 'search' | 'text';
  placeholder?: string;
  value: string;
  onPause(value: string): void;
}

/** Tells what was typed once the typing rests; follows the address where that changes otherwise. */
function PausedInput({ value, onPause, ...rest }: PausedInputProps) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      onPause(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, onPause]);
  return <input {...rest} value={text} onChange={({ target }) => setText(target.value)} />;
}
