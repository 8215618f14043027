import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact } from '#domain/notification.ts';
import { useLanguage } from '../i18n/language.tsx';
import { useNotices } from '../ui/notices.tsx';
import { stopThisBrowser, tellAgain, tellThisBrowser, testThisBrowser } from './this-browser.ts';

/** What is being done, or came of it. */
export type Progress =
  | { name: 'problem'; problem: unknown }
  | { name: 'asking' | 'not_allowed' | 'testing' | 'arrived' | 'sent' | 'failed'; detail?: string };

export interface BrowserActions {
  progress: Progress | undefined;
  isBusy: boolean;
  /** Subscribes, makes or renews the contact, and sends it a test. */
  tell(input: { name: string }, before?: Contact): Promise<void>;
  test(contact: Contact): Promise<void>;
  stop(contact: Contact): Promise<void>;
}

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function useBrowserActions(): BrowserActions {
  const t = useTranslations('push');
  const queries = useQueryClient();
  const { language } = useLanguage();
  const { done, failed } = useNotices();
  const [progress, setProgress] = useState<Progress>();
  const renew = () => queries.invalidateQueries({ queryKey: ['contacts'] });
  async function test(contact: Contact): Promise<void> {
    setProgress({ name: 'testing' });
    try {
      setProgress(await testThisBrowser(contact));
    } catch (problem) {
      setProgress({ name: 'problem', problem });
    }
    // A test that failed is a sign that the contact cannot be reached.
    await renew();
  }
  async function takeBack(contact: Contact): Promise<void> {
    await tellAgain(contact).catch(failed);
    await renew();
  }
  return {
    progress,
    isBusy: progress?.name === 'asking' || progress?.name === 'testing',
    async tell({ name }, before) {
      setProgress({ name: 'asking' });
      try {
        const input = { name, language, time_zone: OWN_ZONE };
        const contact = await tellThisBrowser(input, before);
        await renew();
        if (contact === undefined) setProgress({ name: 'not_allowed' });
        else await test(contact);
      } catch (problem) {
        setProgress({ name: 'problem', problem });
      }
    },
    test,
    async stop(contact) {
      try {
        await stopThisBrowser(contact);
        setProgress(undefined);
        done(t('stopped', { name: contact.name }), () => void takeBack(contact));
      } catch (problem) {
        failed(problem);
      }
      await renew();
    },
  };
}
