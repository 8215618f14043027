import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { PolicyPreview } from '#domain/policy-preview.ts';
import type { Severity } from '#domain/rule.ts';
import { ask } from '../../api/ask.ts';
import { rulesQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useRuleName } from '../alerts/use-rule-name.ts';
import styles from './notifications.module.css';

/** Who would be told of an alert, and when, if nobody acknowledged it. Nothing is sent. */
export function PreviewPage() {
  const t = useTranslations('notifications');
  const words = useTranslations('words');
  const { data: rules } = useQuery(rulesQuery);
  const ruleName = useRuleName();
  const [rule, setRule] = useState('');
  const [sensor, setSensor] = useState('');
  const [severity, setSeverity] = useState<Severity>('critical');
  const [answer, setAnswer] = useState<PolicyPreview>();
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    const alert = {
      rule_id: rule || (rules?.items[0]?.id ?? ''),
      sensor_id: sensor.trim(),
      severity,
    };
    try {
      setAnswer(await ask<PolicyPreview>('POST /v1/policies/preview', { body: { alert } }));
    } catch (error) {
      setAnswer(undefined);
      setProblem(error);
    }
  };
  return (
    <>
      <p className="muted">{t('previewExplain')}</p>
      <form className={styles.line} onSubmit={(event) => void submit(event)}>
        <ChoiceField
          label={words('rule')}
          value={rule || (rules?.items[0]?.id ?? '')}
          choices={(rules?.items ?? []).map(({ id }) => [id, ruleName(id)] as const)}
          onChange={setRule}
        />
        <TextField label={words('sensor')} required value={sensor} onChange={setSensor} />
        <ChoiceField<Severity>
          label={t('severity')}
          value={severity}
          choices={(['info', 'warning', 'critical'] as const).map(
            (name) => [name, words(`severity.${name}`)] as const,
          )}
          onChange={setSeverity}
        />
        <Button kind="primary" type="submit">
          {t('foretell')}
        </Button>
      </form>
      <div role="alert">{problem !== undefined && <ProblemText problem={problem} />}</div>
      {answer !== undefined && <Foretold answer={answer} />}
    </>
  );
}

function Foretold({ answer }: { answer: PolicyPreview }) {
  const t = useTranslations('notifications');
  const formats = useFormats();
  return (
    <div role="status">
      {answer.hushed_by !== null && <p>{t('hushedBy', { by: answer.hushed_by })}</p>}
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
