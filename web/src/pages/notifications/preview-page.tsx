import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { PolicyPreview } from '#domain/policy-preview.ts';
import type { Severity } from '#domain/rule.ts';
import { policyPreviewQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { useHush } from '../../format/use-hush.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './notifications.module.css';
import { PREVIEW_SEVERITIES } from './preview-search.ts';
import { RuleField } from './rule-field.tsx';

const route = getRouteApi('/notifications/preview');

/** Who would be told of an alert, and when, if nobody acknowledged it. Nothing is sent; the alert is in the address. */
export function PreviewPage() {
  const t = useTranslations('notifications');
  const words = useTranslations('words');
  const search = route.useSearch();
  const asked = { ...search, severity: search.severity ?? 'critical' };
  const navigate = route.useNavigate();
  const [rule, setRule] = useState(asked.rule ?? '');
  const [sensor, setSensor] = useState(asked.sensor ?? '');
  const [severity, setSeverity] = useState<Severity>(asked.severity);
  const { data: answer, error, refetch } = useQuery(policyPreviewQuery(asked));
  const chosen = rule.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = { rule: chosen, sensor: sensor.trim(), severity };
    // The same once more: times are told from now.
    if (asked.rule === chosen && asked.sensor === next.sensor && asked.severity === severity)
      void refetch();
    else void navigate({ search: next, replace: true });
  };
  return (
    <>
      <p className="muted">{t('previewExplain')}</p>
      <form className={styles.line} onSubmit={submit}>
        <RuleField label={words('rule')} value={rule} onChange={setRule} />
        <TextField label={words('sensor')} required value={sensor} onChange={setSensor} />
        <ChoiceField<Severity>
          label={t('severity')}
          value={severity}
          choices={PREVIEW_SEVERITIES.map((name) => [name, words(`severity.${name}`)] as const)}
          onChange={setSeverity}
        />
        <Button kind="primary" type="submit">
          {t('foretell')}
        </Button>
      </form>
      <div role="alert">{error !== null && <ProblemText problem={error} />}</div>
      {error === null && answer !== undefined && <Foretold answer={answer} />}
    </>
  );
}

function Foretold({ answer }: { answer: PolicyPreview }) {
  const t = useTranslations('notifications');
  const formats = useFormats();
  const hush = useHush();
  return (
    <div role="status">
      {answer.hushed_by !== null && <p>{t('hushedBy', { by: hush(answer.hushed_by) })}</p>}
      {answer.nobody && <p>{t('nobody')}</p>}
      {answer.told.length > 0 && (
        <ol className={styles.list}>
          {answer.told.map((told) => (
            <li
              key={`${told.at} ${told.contact_id} ${told.step} ${told.type}`}
              className={styles.item}
            >
              <span>
                <strong>{told.contact_id}</strong> <span className="muted">{told.channel}</span>{' '}
                {t(`told.${told.type}`)}
              </span>
              <span className="number">
                {t('after', { after: told.after })} · {formats.moment(told.at)}
                {told.held_until !== null &&
                  ` · ${t('heldUntil', { time: formats.moment(told.held_until) })}`}
              </span>
            </li>
          ))}
        </ol>
      )}
      <ul>
        {answer.policies.map(({ policy_id, matches, reasons }) => (
          <li key={policy_id}>
            {policy_id}: {matches ? t('matches') : t('matchesNot', { reasons: reasons.join('; ') })}
          </li>
        ))}
      </ul>
    </div>
  );
}
