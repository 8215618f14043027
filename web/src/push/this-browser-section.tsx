import { useQuery } from '@tanstack/react-query';
import { BellOff, BellRing } from 'lucide-react';
import { useId } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact } from '#domain/notification.ts';
import { Button } from '../ui/button.tsx';
import { ProblemText } from '../ui/problem-text.tsx';
import { NewBrowser } from './new-browser.tsx';
import { NoPolicy } from './no-policy.tsx';
import styles from './push.module.css';
import { type ThisBrowser, thisBrowserQuery } from './this-browser.ts';
import { type BrowserActions, type Progress, useBrowserActions } from './use-browser-actions.ts';

/** Whether this very browser is told of alerts, also while no page is open; and the way to have it so, or not. */
export function ThisBrowserSection() {
  const t = useTranslations('push');
  const heading = useId();
  const { data, error } = useQuery(thisBrowserQuery);
  const actions = useBrowserActions();
  return (
    <section className={styles.section} aria-labelledby={heading} data-this-browser="">
      <h2 id={heading}>{t('title')}</h2>
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && <State browser={data} actions={actions} />}
      <div role="status">{actions.progress && <ProgressText progress={actions.progress} />}</div>
    </section>
  );
}

function State({ browser, actions }: { browser: ThisBrowser; actions: BrowserActions }) {
  const t = useTranslations('push');
  const { obstacle, contact } = browser;
  if (obstacle !== undefined) {
    return (
      <>
        <p>
          <BellOff size={16} aria-hidden /> <strong>{t('cannot')}</strong>{' '}
          {t(`because.${obstacle}`)}
        </p>
        {contact !== undefined && <Stop contact={contact} actions={actions} />}
      </>
    );
  }
  if (contact === undefined) return <NewBrowser actions={actions} />;
  return <Told contact={contact} browser={browser} actions={actions} />;
}

interface ToldProps {
  contact: Contact;
  browser: ThisBrowser;
  actions: BrowserActions;
}

function Told({ contact, browser: { problem, ...browser }, actions }: ToldProps) {
  const t = useTranslations('push');
  const { name, enabled, failing } = contact;
  const isLost = browser.isLost || failing !== undefined;
  return (
    <>
      <p>
        {isLost || !enabled ? (
          <BellOff size={16} aria-hidden />
        ) : (
          <BellRing size={16} aria-hidden />
        )}{' '}
        <strong>{t(isLost ? 'lost' : enabled ? 'told' : 'off')}</strong> {t('as', { name })}
      </p>
      {problem !== undefined && <ProblemText problem={problem} />}
      {problem === undefined && failing?.detail && <p>{failing.detail}</p>}
      {!isLost && enabled && <NoPolicy contact={contact} />}
      <div className={styles.doing}>
        {isLost ? (
          <Button
            kind="primary"
            disabled={actions.isBusy}
            onClick={() => void actions.tell({ name }, contact)}
          >
            {t('tellAgain')}
          </Button>
        ) : (
          <Button disabled={actions.isBusy} onClick={() => void actions.test(contact)}>
            {t('test')}
          </Button>
        )}
        <Stop contact={contact} actions={actions} />
      </div>
    </>
  );
}

function Stop({ contact, actions }: { contact: Contact; actions: BrowserActions }) {
  const t = useTranslations('push');
  return (
    <Button disabled={actions.isBusy} onClick={() => void actions.stop(contact)}>
      {t('stop')}
    </Button>
  );
}

function ProgressText({ progress }: { progress: Progress }) {
  const t = useTranslations('push');
  if (progress.name === 'problem') return <ProblemText problem={progress.problem} />;
  const { name, detail = '' } = progress;
  return <p>{t(`progress.${name}`, { detail })}</p>;
}
