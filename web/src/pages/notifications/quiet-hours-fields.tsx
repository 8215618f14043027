import { Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { QuietHours } from '#domain/notification.ts';
import { changed, changedAt, unlessEmpty, withoutAt } from '../../format/change-document.ts';
import { Button } from '../../ui/button.tsx';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import { OWN_ZONE, TimeZoneField } from '../../ui/time-zone-field.tsx';
import { WindowFields } from '../../ui/window-fields.tsx';
import { useQuietText } from './use-quiet-text.ts';

const SEVERITIES = ['info', 'warning', 'critical'] as const;
const NIGHT = { from: '22:00', to: '07:00' };

interface QuietHoursFieldsProps {
  quietHours: readonly QuietHours[] | undefined;
  /** In which zone new ones are. */
  timeZone?: string | undefined;
  onChange(quietHours: QuietHours[] | undefined): void;
}

/** When nobody is to be woken, and by what all the same; of a policy or of a contact. */
export function QuietHoursFields({ quietHours = [], timeZone, onChange }: QuietHoursFieldsProps) {
  const t = useTranslations('notifications.quiet');
  const night = {
    time_zone: timeZone || OWN_ZONE,
    windows: [NIGHT],
    except: ['critical' as const],
  };
  return (
    <fieldset>
      <legend>{t('title')}</legend>
      <p className="muted">{t('explain')}</p>
      {quietHours.map((quiet, at) => (
        <QuietFields
          // biome-ignore lint/suspicious/noArrayIndexKey: they have no name; their order is what tells them apart
          key={at}
          number={at + 1}
          quiet={quiet}
          pointer={`/quiet_hours/${at}`}
          onChange={(after) => onChange(changedAt(quietHours, at, after))}
          remove={() => onChange(unlessEmpty(withoutAt(quietHours, at)))}
        />
      ))}
      <div>
        <Button onClick={() => onChange([...quietHours, night])}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Button>
      </div>
    </fieldset>
  );
}

interface QuietFieldsProps {
  number: number;
  quiet: QuietHours;
  pointer: string;
  onChange(quiet: QuietHours): void;
  remove(): void;
}

function QuietFields({ number, quiet, pointer, onChange, remove }: QuietFieldsProps) {
  const t = useTranslations('notifications.quiet');
  const words = useTranslations('words.severity');
  const quietText = useQuietText();
  return (
    <fieldset>
      <legend>{t('one', { number })}</legend>
      <p>{quietText(quiet)}</p>
      <WindowFields
        windows={quiet.windows}
        usual={NIGHT}
        pointer={`${pointer}/windows`}
        onChange={(windows) => onChange({ ...quiet, windows })}
      />
      <TimeZoneField
        value={quiet.time_zone}
        pointer={`${pointer}/time_zone`}
        onChange={(time_zone) => onChange({ ...quiet, time_zone })}
      />
      <CheckBoxes
        legend={t('except')}
        hint={t('exceptHint')}
        choices={SEVERITIES.map((name) => [name, words(name)] as const)}
        chosen={quiet.except ?? []}
        pointer={`${pointer}/except`}
        onChange={(except) => onChange(changed(quiet, { except: unlessEmpty(except) }))}
      />
      <div>
        <Button onClick={remove}>
          <Trash2 size={16} aria-hidden /> {t('remove', { number })}
        </Button>
      </div>
    </fieldset>
  );
}
