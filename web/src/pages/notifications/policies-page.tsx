import { useTranslations } from 'use-intl';
import type { AlertException, Policy, PolicyInput } from '#domain/notification.ts';
import { labelsText, listText } from '../../format/text-lists.ts';
import { DocumentPage } from './document-page.tsx';
import { PolicyForm } from './policy-form.tsx';
import { useQuietText } from './use-quiet-text.ts';

export function PoliciesPage() {
  const t = useTranslations('notifications');
  return (
    <DocumentPage<Policy, PolicyInput>
      collection="policies"
      newText={t('newPolicy')}
      noneText={t('noPolicies')}
      describe={(policy) => <PolicyFacts policy={policy} />}
      form={PolicyForm}
    />
  );
}

/** A policy in words: of what, whom, when, and when not. */
function PolicyFacts({ policy }: { policy: Policy }) {
  const t = useTranslations('notifications');
  const words = useTranslations('words.severity');
  const not = useTranslations('words.not');
  const quietText = useQuietText();
  const { match = {}, steps, repeat, quiet_hours: quiet = [], group, fallback = [] } = policy;
  const askedText = ({ severity = [], sensors, labels, locations, rules }: AlertException) =>
    [
      severity.map((name) => words(name)).join(', '),
      ...[listText(sensors), labelsText(labels), listText(locations), listText(rules)],
    ]
      .filter(Boolean)
      .join(' · ');
  return (
    <div className="muted">
      <div>
        {askedText(match) || t('everyAlert')}
        {!policy.enabled && ` · ${t('disabled')}`}
      </div>
      {match.not?.map((exception) => (
        <div key={JSON.stringify(exception)}>{not('text', { what: askedText(exception) })}</div>
      ))}
      <ol>
        {steps.map(({ after, contacts = [], on_call: onCall = [] }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is told apart by its place
          <li key={at}>
            {after === undefined ? t('atOnce') : t('ifNobody', { after })}{' '}
            {[...contacts, ...onCall].join(', ')}
          </li>
        ))}
      </ol>
      {repeat !== undefined && <div>{t('repeated', { repeat })}</div>}
      {quiet.map((one) => (
        <div key={JSON.stringify(one)}>{quietText(one)}</div>
      ))}
      {group !== undefined && <div>{t('grouped', { by: listText(group.by) || '–' })}</div>}
      {fallback.length > 0 && <div>{t('fallenBack', { contacts: fallback.join(', ') })}</div>}
    </div>
  );
}
