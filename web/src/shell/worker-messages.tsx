import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { isTold } from '../push/told-record.ts';
import { router } from '../router.tsx';
import { useNotices } from '../ui/notices.tsx';

/** The field that somebody wrote in last, and has not sent. */
let written: Element | null = null;
document.addEventListener('input', ({ target }) => {
  if (target instanceof Element && target.closest('form') !== null) written = target;
});
document.addEventListener('submit', () => {
  written = null;
});

/**
 * Goes where a notification that was touched leads (public/push-worker.js). What somebody is writing is not thrown
 * away for that: then the way there is offered.
 */
export function WorkerMessages() {
  const t = useTranslations('shell.notification');
  const { offer } = useNotices();
  useEffect(() => {
    const stop = new AbortController();
    navigator.serviceWorker?.addEventListener(
      'message',
      ({ data }: MessageEvent<{ open?: unknown } | null>) => {
        const path = data?.open;
        if (typeof path !== 'string') return;
        const go = () => router.history.push(path);
        if (written?.isConnected) offer(t('title'), t('open'), go);
        else go();
      },
      { signal: stop.signal },
    );
    return () => stop.abort();
  }, [offer, t]);
  // What ended while no page was open is mended by the first one; its code is fetched where there is something to mend.
  useEffect(() => {
    void isTold()
      .then(async (isSo) => isSo && (await import('../push/this-browser.ts')).mendThisBrowser())
      .catch(() => undefined);
  }, []);
  return null;
}
