import { Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Schedule } from '#domain/rule.ts';
import { changed, changedAt, withoutAt } from '../format/change-document.ts';
import { Button } from './button.tsx';
import { CheckBoxes } from './check-boxes.tsx';
import { TextField } from './text-field.tsx';
import styles from './window-fields.module.css';

type ScheduleWindow = Schedule['windows'][number];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

interface WindowFieldsProps {
  windows: readonly ScheduleWindow[];
  /** What a new one begins with. */
  usual: ScheduleWindow;
  /** Where the document has the windows (RFC 6901). */
  pointer: string;
  onChange(windows: ScheduleWindow[]): void;
}

/** Times of the day, on some days of the week; one that passes midnight counts to the day on which it begins. */
export function WindowFields({ windows, usual, pointer, onChange }: WindowFieldsProps) {
  const t = useTranslations('words.window');
  return (
    <>
      {windows.map((window, at) => (
        <WindowLine
          // biome-ignore lint/suspicious/noArrayIndexKey: windows have no name of their own; their order is what tells them apart
          key={at}
          window={window}
          pointer={`${pointer}/${at}`}
          onChange={(part) => onChange(changedAt(windows, at, changed(window, part)))}
          remove={() => onChange(withoutAt(windows, at))}
        />
      ))}
      <div>
        <Button onClick={() => onChange([...windows, usual])}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Button>
      </div>
    </>
  );
}

interface WindowLineProps {
  window: ScheduleWindow;
  pointer: string;
  onChange(part: { days?: ScheduleWindow['days'] | undefined; from?: string; to?: string }): void;
  remove(): void;
}

function WindowLine({ window, pointer, onChange, remove }: WindowLineProps) {
  const t = useTranslations('words.window');
  const days = useTranslations('words.day');
  return (
    <div className={styles.window}>
      <CheckBoxes
        legend={t('days')}
        choices={DAYS.map((day) => [day, days(day)] as const)}
        chosen={window.days ?? DAYS}
        pointer={`${pointer}/days`}
        onChange={(chosen) =>
          onChange({ days: chosen.length === DAYS.length ? undefined : chosen })
        }
      />
      <div className={styles.line}>
        <TextField
          label={t('from')}
          placeholder="22:00"
          pointer={`${pointer}/from`}
          value={window.from}
          onChange={(from) => onChange({ from })}
        />
        <TextField
          label={t('to')}
          placeholder="07:00"
          pointer={`${pointer}/to`}
          value={window.to}
          onChange={(to) => onChange({ to })}
        />
        <Button aria-label={t('remove')} onClick={remove}>
          <Trash2 size={16} aria-hidden />
        </Button>
      </div>
    </div>
  );
}
