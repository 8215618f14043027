import { useLocale, useTranslations } from 'use-intl';
import type { TextScope } from './text-groups.ts';

/** For which channels and events a text is, in words. */
export function useScopeText(): (scope: TextScope) => string {
  const t = useTranslations('messages');
  const list = new Intl.ListFormat(useLocale(), { type: 'conjunction' });
  return ({ channels, on }) =>
    [
      channels === undefined ? t('allChannels') : list.format(channels),
      on === undefined ? t('allEvents') : list.format(on.map((kind) => t(`kinds.${kind}`))),
    ].join(' · ');
}
