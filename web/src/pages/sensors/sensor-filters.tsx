import { useId } from 'react';
import { useTranslations } from 'use-intl';
import { PausedInput } from '../../ui/paused-input.tsx';
import styles from './sensors.module.css';
import type { SensorsSearch } from './sensors-search.ts';

const STATUSES = ['ok', 'silent', 'never', 'out_of_service'] as const;

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
