import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { selfWatchQuery, statusQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { ThisBrowserSection } from '../../push/this-browser-section.tsx';
import { useSession } from '../../session/session.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { Facts } from '../../ui/facts.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { useTheme } from '../../ui/theme.ts';
import { KeysSection } from './keys-section.tsx';
import { RetentionSection } from './retention-section.tsx';
import styles from './settings.module.css';
import { UnitsSection } from './units-section.tsx';

export function SettingsPage() {
  const t = useTranslations('settings');
  return (
    <>
      <PageHeader title={t('title')} />
      <ReaderSection />
      <UnitsSection />
      <ThisBrowserSection />
      <KeysSection />
      <RetentionSection />
      <AboutSection />
    </>
  );
}

/** How this browser shows things; remembered here and nowhere else. */
function ReaderSection() {
  const t = useTranslations('settings');
  const shell = useTranslations('shell');
  const { language, choose } = useLanguage();
  const { theme, choose: chooseTheme } = useTheme();
  return (
    <section className={styles.section} aria-labelledby="reader">
      <h2 id="reader">{t('reader')}</h2>
      <div className={styles.line}>
        <ChoiceField
          label={t('language')}
          value={language}
          choices={[
            ['en', 'English'],
            ['fr', 'Français'],
          ]}
          onChange={choose}
        />
        <ChoiceField
          label={shell('theme')}
          value={theme}
          choices={[
            ['system', shell('system')],
            ['light', shell('light')],
            ['dark', shell('dark')],
          ]}
          onChange={chooseTheme}
        />
      </div>
    </section>
  );
}

function AboutSection() {
  const t = useTranslations('settings');
  const formats = useFormats();
  const { session } = useSession();
  const { data: status } = useQuery(statusQuery);
  const { data: watch } = useQuery(selfWatchQuery);
  const canary = watch?.canary;
  const facts: readonly [string, string | undefined][] = [
    [t('version'), status?.version],
    [t('startedAt'), status && formats.moment(status.started_at)],
    [t('readings'), status && formats.count(status.readings_accepted)],
    [t('samples'), status && formats.count(status.samples_stored)],
    [t('who'), session.who],
    [t('scopes'), session.scopes.join(', ')],
    [t('canary'), canary && t(`canaryState.${canary.state}`)],
    [
      t('canaryLatency'),
      canary?.latency == null
        ? undefined
        : `p50 ${formats.number(canary.latency.p50_ms)} ms · p99 ${formats.number(canary.latency.p99_ms)} ms`,
    ],
  ];
  return (
    <section className={styles.section} aria-labelledby="about">
      <h2 id="about">{t('about')}</h2>
      <Facts facts={facts} />
      <p>
        <a href="/docs">{t('docs')}</a> · <a href="/openapi.json">OpenAPI</a>
      </p>
    </section>
  );
}
