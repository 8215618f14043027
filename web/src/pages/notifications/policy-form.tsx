import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { NotificationType, Policy, PolicyInput } from '#domain/notification.ts';
import { changed, unlessEmpty } from '../../format/change-document.ts';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import type { Partly } from '../../ui/partly.ts';
import { TextField } from '../../ui/text-field.tsx';
import type { DocumentFormProps } from './document-page.tsx';
import { EnabledField } from './enabled-field.tsx';
import { FormFrame } from './form-frame.tsx';
import { GroupFields } from './group-fields.tsx';
import { MatchFields } from './match-fields.tsx';
import { NameFields } from './name-fields.tsx';
import { PeopleBoxes, TemplateField } from './people-fields.tsx';
import { QuietHoursFields } from './quiet-hours-fields.tsx';
import { StepFields } from './step-fields.tsx';

const TYPES = ['raised', 'escalated', 'severity_changed', 'cleared', 'acknowledged'] as const;
/** What is told of where the policy does not say; and that a severity rises. */
const USUAL = ['raised', 'escalated', 'cleared'] as const;
const NEW: PolicyInput = { steps: [{ contacts: [] }], enabled: true };

/** Every field of the API's document; the draft is the document itself. */
export function PolicyForm({ before, save, close }: DocumentFormProps<Policy, PolicyInput>) {
  const [draft, setDraft] = useState<PolicyInput>(() => draftOf(before));
  const change = (part: Partly<PolicyInput>) => setDraft(changed(draft, part));
  return (
    <FormFrame submit={() => save(draft)} close={close}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <MatchFields match={draft.match} onChange={(match) => change({ match })} />
      <StepFields steps={draft.steps} onChange={(steps) => change({ steps })} />
      <TellingFields draft={draft} change={change} />
      <GroupFields group={draft.group} onChange={(group) => change({ group })} />
      <QuietHoursFields
        quietHours={draft.quiet_hours}
        onChange={(quiet_hours) => change({ quiet_hours })}
      />
      <FallbackFields draft={draft} change={change} />
      <TemplateField value={draft.template} onChange={(template) => change({ template })} />
      <EnabledField value={draft.enabled} onChange={(enabled) => change({ enabled })} />
    </FormFrame>
  );
}

interface PartProps {
  draft: PolicyInput;
  change(part: Partly<PolicyInput>): void;
}

/** What is told of, and how often. */
function TellingFields({ draft, change }: PartProps) {
  const t = useTranslations('notifications');
  const alerts = useTranslations('alerts.type');
  const chosen: readonly NotificationType[] = draft.on ?? USUAL;
  return (
    <fieldset>
      <legend>{t('telling')}</legend>
      <CheckBoxes<NotificationType>
        legend={t('on')}
        hint={draft.on === undefined ? t('onUsual') : undefined}
        choices={TYPES.map((type) => [type, alerts(type)] as const)}
        chosen={chosen}
        pointer="/on"
        onChange={(on) => change({ on })}
      />
      <TextField
        label={t('repeat')}
        hint={t('repeatHint')}
        placeholder="4h"
        pointer="/repeat"
        value={draft.repeat ?? ''}
        onChange={(repeat) => change({ repeat: repeat || undefined })}
      />
    </fieldset>
  );
}

function FallbackFields({ draft, change }: PartProps) {
  const t = useTranslations('notifications.fallback');
  return (
    <fieldset>
      <legend>{t('title')}</legend>
      <p className="muted">{t('explain')}</p>
      <PeopleBoxes
        legend={t('contacts')}
        collection="contacts"
        chosen={draft.fallback}
        pointer="/fallback"
        onChange={(fallback) => change({ fallback: unlessEmpty(fallback) })}
      />
      <TextField
        label={t('after')}
        hint={t('afterHint')}
        placeholder="2m"
        pointer="/fallback_after"
        value={draft.fallback_after ?? ''}
        onChange={(after) => change({ fallback_after: after || undefined })}
      />
    </fieldset>
  );
}

function draftOf(before: Policy | undefined): PolicyInput {
  if (before === undefined) return NEW;
  const { id: _id, created_at: _made, updated_at: _changed, ...input } = before;
  return input;
}
