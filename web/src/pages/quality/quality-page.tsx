import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { AlarmQuality, QualityFigure } from '#domain/alarm-quality.ts';
import { qualityQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { Severity } from '../../ui/severity.tsx';
import { useRuleName } from '../alerts/use-rule-name.ts';
import styles from './quality.module.css';

/** How well people can live with the alerts, against the figures of ISA-18.2. */
export function QualityPage() {
  const t = useTranslations('quality');
  const formats = useFormats();
  const { data, error } = useQuery(qualityQuery);
  return (
    <>
      <PageHeader title={t('title')} />
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && (
        <>
          <p className="muted">
            {t('range', { from: formats.moment(data.from), to: formats.moment(data.to) })}{' '}
            {!data.is_enough && t('tooShort')}
          </p>
          <Figures figures={data.figures} />
          <div className={styles.columns}>
            <BadActors quality={data} />
            <Priorities quality={data} />
            <Operators quality={data} />
            <Stale quality={data} />
          </div>
        </>
      )}
    </>
  );
}

const SHARES: ReadonlySet<string> = new Set([
  'flood_share',
  'top_ten_share',
  'critical_share',
  'warning_share',
]);
const SIGNS = { good: CircleCheck, manageable: TriangleAlert, too_much: OctagonAlert } as const;

function Figures({ figures }: { figures: readonly QualityFigure[] }) {
  const t = useTranslations('quality');
  const formats = useFormats();
  const show = (name: string, value: number) =>
    SHARES.has(name) ? formats.share(value) : formats.number(value);
  return (
    <ul className={styles.figures}>
      {figures.map(({ name, value, target, judgement }) => {
        const Sign = SIGNS[judgement];
        return (
          <li key={name} className={`${styles.figure} ${styles[judgement]}`} data-figure={name}>
            <span className={styles.name}>{t(`figure.${name}`)}</span>
            <strong className="number">{show(name, value)}</strong>
            <span className={styles.judgement}>
              <Sign size={15} aria-hidden /> {t(`judgement.${judgement}`)}
            </span>
            <span className="muted">{t('target', { target: show(name, target) })}</span>
          </li>
        );
      })}
    </ul>
  );
}

function BadActors({ quality: { bad_actors } }: { quality: AlarmQuality }) {
  const t = useTranslations('quality');
  const words = useTranslations('words');
  const formats = useFormats();
  const ruleName = useRuleName(bad_actors.map(({ rule_id }) => rule_id));
  return (
    <section aria-labelledby="bad-actors">
      <h2 id="bad-actors">{t('badActors')}</h2>
      {bad_actors.length === 0 ? (
        <p className="muted">{words('nothing')}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{words('rule')}</th>
              <th scope="col">{words('sensor')}</th>
              <th scope="col">{t('alerts')}</th>
              <th scope="col">{t('share')}</th>
            </tr>
          </thead>
          <tbody>
            {bad_actors.map(({ rule_id, sensor_id, alerts, share }) => (
              <tr key={`${rule_id} ${sensor_id}`}>
                <td>
                  <Link to="/rules/$id" params={{ id: rule_id }}>
                    {ruleName(rule_id)}
                  </Link>
                </td>
                <td>
                  <Link to="/sensors/$id" params={{ id: sensor_id }}>
                    {sensor_id}
                  </Link>
                </td>
                <td className="number">{formats.count(alerts)}</td>
                <td className="number">{formats.share(share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Priorities({ quality: { priorities, acknowledgement } }: { quality: AlarmQuality }) {
  const t = useTranslations('quality');
  const formats = useFormats();
  return (
    <section aria-labelledby="priorities">
      <h2 id="priorities">{t('priorities')}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('severity')}</th>
            <th scope="col">{t('alerts')}</th>
            <th scope="col">{t('share')}</th>
            <th scope="col">{t('wanted')}</th>
          </tr>
        </thead>
        <tbody>
          {priorities.map(({ severity, alerts, share, target }) => (
            <tr key={severity}>
              <td>
                <Severity severity={severity} isActive={false} />
              </td>
              <td className="number">{formats.count(alerts)}</td>
              <td className="number">{formats.share(share)}</td>
              <td className="number">{formats.share(target)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {t('acknowledged', {
          count: acknowledgement.acknowledged,
          p50: acknowledgement.p50_s === null ? '–' : formats.number(acknowledgement.p50_s),
          p90: acknowledgement.p90_s === null ? '–' : formats.number(acknowledgement.p90_s),
        })}
      </p>
    </section>
  );
}

function Operators({ quality: { operators } }: { quality: AlarmQuality }) {
  const t = useTranslations('quality');
  const words = useTranslations('words');
  const formats = useFormats();
  return (
    <section aria-labelledby="operators">
      <h2 id="operators">{t('operators')}</h2>
      {operators.length === 0 ? (
        <p className="muted">{words('nothing')}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('contact')}</th>
              <th scope="col">{t('perDay')}</th>
              <th scope="col">{t('worst')}</th>
              <th scope="col">{t('flood')}</th>
            </tr>
          </thead>
          <tbody>
            {operators.map(({ contact_id, per_day, worst_ten_minutes, flood_share }) => (
              <tr key={contact_id} className="number">
                <td>{contact_id}</td>
                <td>{formats.number(per_day)}</td>
                <td>{formats.count(worst_ten_minutes)}</td>
                <td>{formats.share(flood_share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Stale({ quality: { stale, chattering } }: { quality: AlarmQuality }) {
  const t = useTranslations('quality');
  const formats = useFormats();
  const chatterers = chattering.slice(0, 10);
  const ruleName = useRuleName([...stale.oldest, ...chatterers].map(({ rule_id }) => rule_id));
  return (
    <section aria-labelledby="stale">
      <h2 id="stale">{t('staleAndChattering')}</h2>
      <ul>
        {stale.oldest.map(({ alert_id, rule_id, sensor_id, started_at }) => (
          <li key={alert_id}>
            <Link to="/alerts/$id" params={{ id: alert_id }}>
              {ruleName(rule_id)} · {sensor_id}
            </Link>{' '}
            <span className="muted">{t('activeSince', { time: formats.moment(started_at) })}</span>
          </li>
        ))}
        {chatterers.map(({ rule_id, sensor_id, bursts }) => (
          <li key={`${rule_id} ${sensor_id}`}>
            <Link to="/rules/$id" params={{ id: rule_id }}>
              {ruleName(rule_id)} · {sensor_id}
            </Link>{' '}
            <span className="muted">{t('bursts', { count: bursts })}</span>
          </li>
        ))}
      </ul>
      {stale.count + chattering.length === 0 && <p className="muted">{t('neither')}</p>}
    </section>
  );
}
