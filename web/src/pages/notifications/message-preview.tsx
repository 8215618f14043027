import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { MESSAGE_KINDS, type MessageKind } from '#domain/message-kinds.ts';
import type { TemplatePreview, TemplateText } from '#domain/template.ts';
import { alertsQuery, templatePreviewQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { OWN_ZONE } from '../../ui/time-zone-field.tsx';
import styles from './messages.module.css';

const ALERTS = 20;
/** Typing is not asked about letter by letter. */
const PAUSE_MS = 250;

interface MessagePreviewProps {
  /** undefined and none = the usual words. */
  texts: readonly TemplateText[] | undefined;
  /** What the API refuses of them, or null. */
  onProblem?(problem: unknown): void;
}

/** What the words make of an alert that there is, or of a sample, as the platform itself would send it. Nothing is sent. */
export function MessagePreview({ texts = [], onProblem }: MessagePreviewProps) {
  const t = useTranslations('messages');
  const [alertId, setAlertId] = useState('');
  const [kind, setKind] = useState<MessageKind>('raised');
  const [channel, setChannel] = useState('');
  const asked = JSON.parse(usePaused(JSON.stringify(texts))) as TemplateText[];
  const { data, error } = useQuery({
    ...templatePreviewQuery({
      ...(asked.length === 0 ? {} : { texts: asked }),
      ...(alertId === '' ? {} : { alert_id: alertId }),
      on: kind,
      time_zone: OWN_ZONE,
    }),
    placeholderData: keepPreviousData,
  });
  useEffect(() => onProblem?.(error), [error, onProblem]);
  const channels = [...new Set((data?.items ?? []).flatMap((item) => item.channel ?? []))];
  const shown = channels.includes(channel) ? channel : null;
  return (
    <section aria-label={t('preview')}>
      <div className={styles.line}>
        <AlertChoice alertId={alertId} onChange={setAlertId} />
        <ChoiceField<MessageKind>
          label={t('event')}
          value={kind}
          choices={MESSAGE_KINDS.map((name) => [name, t(`kinds.${name}`)] as const)}
          onChange={setKind}
        />
        {channels.length > 0 && (
          <ChoiceField
            label={t('channel')}
            value={shown ?? ''}
            choices={[['', t('otherChannels')], ...channels.map((name) => [name, name] as const)]}
            onChange={setChannel}
          />
        )}
      </div>
      <div role="alert">{error !== null && <ProblemText problem={error} />}</div>
      {data?.items
        .filter((item) => item.channel === shown)
        .map((item) => (
          <Worded key={item.language} item={item} />
        ))}
      {data !== undefined && data.warnings.length > 0 && (
        <p role="status">{t('warnings', { count: data.warnings.length })}</p>
      )}
    </section>
  );
}

/** The value as it was when it had not changed for a moment. */
function usePaused(value: string): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}

function AlertChoice({ alertId, onChange }: { alertId: string; onChange(id: string): void }) {
  const t = useTranslations('messages');
  const formats = useFormats();
  const { data } = useQuery(alertsQuery({}, ALERTS));
  const alerts = (data?.items ?? []).map(
    ({ id, sensor_id: sensor, started_at: at }) =>
      [id, `${sensor}, ${formats.moment(at)}`] as const,
  );
  return (
    <ChoiceField
      label={t('alert')}
      value={alertId}
      choices={[['', t('sample')], ...alerts]}
      onChange={onChange}
    />
  );
}

function Worded({ item }: { item: TemplatePreview['items'][number] }) {
  const t = useTranslations('messages');
  const { language, own, problem } = item;
  const whose = (part: (typeof own)[number]) => (own.includes(part) ? t('own') : t('usual'));
  return (
    <article className={styles.message} aria-label={t('inLanguage', { language })}>
      <h2>{t('inLanguage', { language })}</h2>
      {problem !== null && <p>{t('givesWay', { problem })}</p>}
      <dl lang={language}>
        {(['subject', 'text', 'short'] as const).map((part) => (
          <div key={part}>
            <dt>
              {t(`partNames.${part}`)} <span className="muted">{whose(part)}</span>
            </dt>
            <dd>{item[part]}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}
