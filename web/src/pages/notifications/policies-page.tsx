import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact, Policy, PolicyInput } from '#domain/notification.ts';
import type { OnCall } from '#domain/on-call.ts';
import { documentsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import type { Partly } from '../../ui/partly.ts';
import { TextField } from '../../ui/text-field.tsx';
import { type DocumentFormProps, DocumentPage } from './document-page.tsx';
import { FormFrame } from './form-frame.tsx';
import { NameFields } from './name-fields.tsx';
import styles from './notifications.module.css';
import { compact, labelsOf, labelsText, listOf, listText } from './text-lists.ts';

const TYPES = ['raised', 'escalated', 'severity_changed', 'cleared', 'acknowledged'] as const;

export function PoliciesPage() {
  const t = useTranslations('notifications');
  return (
    <DocumentPage<Policy, PolicyInput>
      collection="policies"
      newText={t('newPolicy')}
      noneText={t('noPolicies')}
      describe={(policy) => <PolicySteps policy={policy} />}
      form={PolicyForm}
    />
  );
}

function PolicySteps({ policy }: { policy: Policy }) {
  const t = useTranslations('notifications');
  return (
    <ol className="muted">
      {policy.steps.map(({ after, contacts = [], on_call = [] }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is told apart by its place
        <li key={at}>
          {after === undefined ? t('atOnce') : t('ifNobody', { after })}{' '}
          {[...contacts, ...on_call].join(', ')}
        </li>
      ))}
    </ol>
  );
}

type Step = Policy['steps'][number];

function PolicyForm({ before, save, close }: DocumentFormProps<Policy, PolicyInput>) {
  const t = useTranslations('notifications');
  const alerts = useTranslations('alerts.type');
  const [draft, setDraft] = useState<PolicyInput>(() => draftOf(before));
  const [match, setMatch] = useState({
    sensors: listText(draft.match?.sensors),
    labels: labelsText(draft.match?.labels),
    locations: listText(draft.match?.locations),
    rules: listText(draft.match?.rules),
  });
  const words = useTranslations('words.severity');
  const severities = draft.match?.severity ?? [];
  const change = (part: Partly<PolicyInput>) => setDraft({ ...draft, ...part } as PolicyInput);
  const input = (): PolicyInput =>
    compact({
      ...draft,
      match: compact({
        severity: severities.length === 0 ? undefined : severities,
        sensors: listOf(match.sensors),
        labels: labelsOf(match.labels),
        locations: listOf(match.locations),
        rules: listOf(match.rules),
      }),
    }) as PolicyInput;
  return (
    <FormFrame submit={() => save(input())} close={close}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <fieldset>
        <legend>{t('matchTitle')}</legend>
        <CheckBoxes
          legend={t('severity')}
          choices={(['info', 'warning', 'critical'] as const).map(
            (name) => [name, words(name)] as const,
          )}
          chosen={severities}
          onChange={(severity) => change({ match: { ...draft.match, severity } })}
        />
        <div className={styles.line}>
          <TextField
            label={t('matchSensors')}
            placeholder="freezer-*"
            value={match.sensors}
            onChange={(sensors) => setMatch({ ...match, sensors })}
          />
          <TextField
            label={t('matchLabels')}
            placeholder="site=lyon"
            value={match.labels}
            onChange={(labels) => setMatch({ ...match, labels })}
          />
          <TextField
            label={t('matchLocations')}
            placeholder="lyon/*"
            value={match.locations}
            onChange={(locations) => setMatch({ ...match, locations })}
          />
          <TextField
            label={t('matchRules')}
            value={match.rules}
            onChange={(rules) => setMatch({ ...match, rules })}
          />
        </div>
      </fieldset>
      <StepFields steps={draft.steps} onChange={(steps) => change({ steps })} />
      <TextField
        label={t('repeat')}
        hint={t('repeatHint')}
        placeholder="4h"
        value={draft.repeat ?? ''}
        onChange={(repeat) => change({ repeat: repeat || undefined })}
      />
      <CheckBoxes
        legend={t('on')}
        choices={TYPES.map((type) => [type, alerts(type)] as const)}
        chosen={(draft.on ?? ['raised', 'escalated', 'cleared']).filter(
          (type) => type !== 'digest',
        )}
        onChange={(on) => change({ on })}
      />
      <label>
        <input
          type="checkbox"
          checked={draft.enabled ?? true}
          onChange={({ target }) => change({ enabled: target.checked })}
        />{' '}
        {t('enabled')}
      </label>
    </FormFrame>
  );
}

function StepFields({
  steps,
  onChange,
}: {
  steps: readonly Step[];
  onChange(steps: Step[]): void;
}) {
  const t = useTranslations('notifications');
  const { data: contacts } = useQuery(documentsQuery<Contact>('contacts'));
  const { data: rotations } = useQuery(documentsQuery<OnCall>('on-call'));
  const set = (at: number, part: Partial<Step>) =>
    onChange(steps.map((step, index) => (index === at ? compact({ ...step, ...part }) : step)));
  return (
    <>
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is told apart by its place
        <fieldset key={at}>
          <legend>{t('step', { number: at + 1 })}</legend>
          <TextField
            label={t('stepAfter')}
            hint={at === 0 ? t('firstAfterHint') : t('stepAfterHint')}
            placeholder={at === 0 ? '' : '10m'}
            value={step.after ?? ''}
            onChange={(after) => set(at, { after: after || undefined } as Partial<Step>)}
          />
          <CheckBoxes
            legend={t('contacts')}
            choices={(contacts?.items ?? []).map(({ id, name }) => [id, name || id] as const)}
            chosen={step.contacts ?? []}
            onChange={(chosen) => set(at, { contacts: chosen })}
          />
          {rotations !== undefined && rotations.items.length > 0 && (
            <CheckBoxes
              legend={t('tab.onCall')}
              choices={rotations.items.map(({ id, name }) => [id, name ?? id] as const)}
              chosen={step.on_call ?? []}
              onChange={(chosen) => set(at, { on_call: chosen })}
            />
          )}
          {steps.length > 1 && (
            <div>
              <Button onClick={() => onChange(steps.filter((_, index) => index !== at))}>
                <Trash2 size={16} aria-hidden /> {t('removeStep', { number: at + 1 })}
              </Button>
            </div>
          )}
        </fieldset>
      ))}
      <div>
        <Button onClick={() => onChange([...steps, { after: '10m', contacts: [] }])}>
          <Plus size={16} aria-hidden /> {t('addStep')}
        </Button>
      </div>
    </>
  );
}

/** What the form does not show (groups, quiet hours, fallbacks) is kept as it was. */
function draftOf(before: Policy | undefined): PolicyInput {
  if (before === undefined) return { steps: [{ contacts: [] }], enabled: true };
  const { id: _id, created_at: _made, updated_at: _changed, ...input } = before;
  return input;
}
