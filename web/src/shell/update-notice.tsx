import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { useLiveState } from '../live/live.tsx';
import { useNotices } from '../ui/notices.tsx';
import { onNewVersion, registration, takeOver } from './worker.ts';

/** Says when a new version of the dashboard is there; it is the reader who says when the page is loaded anew. */
export function UpdateNotice() {
  const t = useTranslations('shell.update');
  const { offer } = useNotices();
  const { name } = useLiveState();
  useEffect(
    () => onNewVersion((worker) => offer(t('title'), t('reload'), () => takeOver(worker))),
    [offer, t],
  );
  // A platform that comes back may have been given a new version; a page that stays open for weeks hears of it so.
  useEffect(() => {
    if (name === 'live') void registration.then((found) => found?.update()).catch(() => undefined);
  }, [name]);
  return null;
}
