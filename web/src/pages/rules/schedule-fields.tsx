import { Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import type { WindowDraft } from './rule-draft.ts';
import type { RuleFieldsProps } from './rule-form.tsx';
import styles from './rules.module.css';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** When the rule watches; always, unless windows are named. */
export function ScheduleFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const { windows } = draft;
  const set = (at: number, part: Partial<WindowDraft>) =>
    change({
      windows: windows.map((window, index) => (index === at ? { ...window, ...part } : window)),
    });
  const add = () =>
    change({
      timeZone: draft.timeZone || OWN_ZONE,
      windows: [
        ...windows,
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' },
      ],
    });
  return (
    <fieldset className={styles.fields}>
      <legend>{t('schedule')}</legend>
      {windows.length === 0 ? (
        <p className="muted">{t('always')}</p>
      ) : (
        <TextField
          label={t('timeZone')}
          value={draft.timeZone}
          onChange={(timeZone) => change({ timeZone })}
        />
      )}
      {windows.map((window, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: windows have no name of their own; their order is what tells them apart
        <div key={at} className={styles.line}>
          <div className={styles.days}>
            {DAYS.map((day) => (
              <label key={day}>
                <input
                  type="checkbox"
                  checked={window.days.length === 0 || window.days.includes(day)}
                  onChange={() => set(at, { days: toggled(window.days, day) })}
                />{' '}
                {t(`day.${day}`)}
              </label>
            ))}
          </div>
          <TextField label={t('from')} value={window.from} onChange={(from) => set(at, { from })} />
          <TextField label={t('to')} value={window.to} onChange={(to) => set(at, { to })} />
          <Button
            aria-label={t('removeWindow')}
            onClick={() => change({ windows: windows.filter((_, index) => index !== at) })}
          >
            <Trash2 size={16} aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button onClick={add}>
          <Plus size={16} aria-hidden /> {t('addWindow')}
        </Button>
      </div>
    </fieldset>
  );
}

/** No day named means every day. */
function toggled(days: readonly string[], day: string): string[] {
  const before = days.length === 0 ? [...DAYS] : [...days];
  const next = before.includes(day) ? before.filter((name) => name !== day) : [...before, day];
  return DAYS.filter((name) => next.includes(name));
}
