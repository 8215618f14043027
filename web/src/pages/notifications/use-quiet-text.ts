import { useLocale, useTranslations } from 'use-intl';
import type { QuietHours } from '#domain/notification.ts';

/** Quiet hours in words: `22:00–07:00 every day (Europe/Paris): nobody is told, except of Critical.` */
export function useQuietText(): (quiet: QuietHours) => string {
  const t = useTranslations('notifications.quiet');
  const days = useTranslations('words.day');
  const severities = useTranslations('words.severity');
  const list = new Intl.ListFormat(useLocale(), { type: 'conjunction' });
  return ({ time_zone: zone, windows, except = [] }) => {
    const when = windows.map(({ days: some, from, to }) =>
      t('window', {
        from,
        to,
        days: some === undefined ? t('everyDay') : list.format(some.map((day) => days(day))),
      }),
    );
    const what = {
      when: when.length === 0 ? '–' : list.format(when),
      zone,
      severities: list.format(except.map((name) => severities(name))),
    };
    return except.length === 0 ? t('textAll', what) : t('text', what);
  };
}
