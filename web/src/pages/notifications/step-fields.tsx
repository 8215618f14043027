import { Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Policy } from '#domain/notification.ts';
import { changed, changedAt, unlessEmpty, withoutAt } from '../../format/change-document.ts';
import { Button } from '../../ui/button.tsx';
import type { Partly } from '../../ui/partly.ts';
import { TextField } from '../../ui/text-field.tsx';
import { PeopleBoxes } from './people-fields.tsx';

const MOST_STEPS = 10;
type Step = Policy['steps'][number];

interface StepFieldsProps {
  steps: readonly Step[];
  onChange(steps: Step[]): void;
}

/** Who is told at once, and who is next where nobody acknowledges. */
export function StepFields({ steps, onChange }: StepFieldsProps) {
  const t = useTranslations('notifications');
  return (
    <>
      {steps.map((step, at) => (
        <OneStep
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is told apart by its place
          key={at}
          step={step}
          at={at}
          change={(part) => onChange(changedAt(steps, at, changed(step, part)))}
          remove={steps.length > 1 ? () => onChange(withoutAt(steps, at)) : undefined}
        />
      ))}
      {steps.length < MOST_STEPS && (
        <div>
          <Button onClick={() => onChange([...steps, { after: '10m', contacts: [] }])}>
            <Plus size={16} aria-hidden /> {t('addStep')}
          </Button>
        </div>
      )}
    </>
  );
}

interface OneStepProps {
  step: Step;
  at: number;
  change(part: Partly<Step>): void;
  remove: (() => void) | undefined;
}

function OneStep({ step, at, change, remove }: OneStepProps) {
  const t = useTranslations('notifications');
  const pointer = `/steps/${at}`;
  return (
    <fieldset>
      <legend>{t('step', { number: at + 1 })}</legend>
      <TextField
        label={t('stepAfter')}
        hint={at === 0 ? t('firstAfterHint') : t('stepAfterHint')}
        placeholder={at === 0 ? '' : '10m'}
        pointer={`${pointer}/after`}
        value={step.after ?? ''}
        onChange={(after) => change({ after: after || undefined })}
      />
      <PeopleBoxes
        legend={t('contacts')}
        collection="contacts"
        chosen={step.contacts}
        pointer={`${pointer}/contacts`}
        onChange={(contacts) => change({ contacts })}
      />
      <PeopleBoxes
        legend={t('tab.onCall')}
        collection="on-call"
        chosen={step.on_call}
        pointer={`${pointer}/on_call`}
        onChange={(onCall) => change({ on_call: unlessEmpty(onCall) })}
      />
      {remove !== undefined && (
        <div>
          <Button onClick={remove}>
            <Trash2 size={16} aria-hidden /> {t('removeStep', { number: at + 1 })}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
