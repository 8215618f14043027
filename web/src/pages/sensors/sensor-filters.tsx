import { useEffect, useId, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import styles from './sensors.module.css';
import type { SensorsSearch } from './sensors-search.ts';

const STATUSES = ['ok', 'silent', 'never'] as const;
/** Keys that follow each other faster are gathered: the list is asked for with the first and after the last. */
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

/**
 * Tells a first key, or what was pasted, at once, and what is typed on when the typing rests; follows the address
 * where that changes otherwise.
 */
function PausedInput({ value, onPause, ...rest }: PausedInputProps) {
  const [text, setText] = useState(value);
  /** Told, and not in the address yet: when they come back from there, the reader may have typed on. */
  const told = useRef<string[]>([]);
  const latest = useRef(onPause);
  latest.current = onPause;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const changedMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const at = told.current.indexOf(value);
    if (at === -1) setText(value);
    told.current.splice(0, at + 1);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    const tell = () => {
      told.current.push(typed);
      latest.current(typed);
    };
    const nowMs = performance.now();
    if (nowMs - changedMs.current > PAUSE_MS) tell();
    else timer.current = setTimeout(tell, PAUSE_MS);
    changedMs.current = nowMs;
  };
  return <input {...rest} value={text} onChange={({ target }) => change(target.value)} />;
}
