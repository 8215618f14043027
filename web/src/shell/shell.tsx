import { Link, Outlet } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useFormats } from '../format/use-formats.ts';
import { useLanguage } from '../i18n/language.tsx';
import { useLiveState } from '../live/live.tsx';
import { useSession } from '../session/session.tsx';
import { Button } from '../ui/button.tsx';
import { useNotices } from '../ui/notices.tsx';
import { ConnectionSign } from './connection-sign.tsx';
import { PAGES } from './pages.ts';
import styles from './shell.module.css';
import { SoundSign } from './sound-sign.tsx';
import { ThemeChoice } from './theme-choice.tsx';

/** What stands around every page: where one can go, whether it is live, and how it looks. */
export function Shell() {
  const t = useTranslations('shell');
  const { language, choose } = useLanguage();
  const { signOut } = useSession();
  const { failed } = useNotices();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t('skip')}
      </a>
      <header className={styles.top}>
        <Link to="/" className={styles.brand}>
          Vigie
        </Link>
        <ConnectionSign />
        <div className={styles.choices}>
          <SoundSign />
          <ThemeChoice />
          <Button
            kind="plain"
            lang={language === 'en' ? 'fr' : 'en'}
            onClick={() => choose(language === 'en' ? 'fr' : 'en')}
          >
            {t('language')}
          </Button>
          <Button
            kind="plain"
            aria-label={t('signOut')}
            title={t('signOut')}
            onClick={() => void signOut().catch(failed)}
          >
            <LogOut size={18} aria-hidden />
          </Button>
        </div>
      </header>
      <nav className={styles.nav} aria-label={t('navigation')}>
        {PAGES.map(({ to, name, icon: Icon }) => (
          <Link key={to} to={to} className={styles.page} activeOptions={{ exact: to === '/' }}>
            <Icon size={18} aria-hidden />
            <span>{t(name)}</span>
          </Link>
        ))}
      </nav>
      <main id="content" className={styles.content} tabIndex={-1}>
        <StaleNotice />
        <Outlet />
      </main>
    </div>
  );
}

function StaleNotice() {
  const t = useTranslations('shell');
  const formats = useFormats();
  const state = useLiveState();
  return (
    <div role="status">
      {state.name === 'stale' && (
        <p className={styles.stale}>
          {t('staleNotice', { time: formats.moment(new Date(state.sinceMs).toISOString()) })}
        </p>
      )}
    </div>
  );
}
