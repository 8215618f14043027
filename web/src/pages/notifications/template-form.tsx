import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Template, TemplateInput, TemplateText } from '#domain/template.ts';
import { changed } from '../../format/change-document.ts';
import { Button } from '../../ui/button.tsx';
import { FieldProblems } from '../../ui/field-notes.tsx';
import type { DocumentFormProps } from './document-page.tsx';
import { FormFrame } from './form-frame.tsx';
import { MessagePreview } from './message-preview.tsx';
import styles from './messages.module.css';
import { NameFields } from './name-fields.tsx';
import { TextGroupFields } from './text-group-fields.tsx';
import {
  groupsOf,
  sayingTexts,
  withNewGroup,
  withoutGroup,
  withScope,
  withWords,
} from './text-groups.ts';
import { useInsertion } from './use-insertion.ts';
import { VariableTable } from './variable-table.tsx';

const DEFAULT = 'default';
const NEW: TemplateInput = { texts: [{ language: 'en' }, { language: 'fr' }] };

/** The words of messages in both languages, beside what they make of an alert; the draft is the API's document itself. */
export function TemplateForm({ before, save, close }: DocumentFormProps<Template, TemplateInput>) {
  const t = useTranslations('messages');
  const [draft, setDraft] = useState<TemplateInput>(() => draftOf(before));
  const [problem, setProblem] = useState<unknown>(null);
  const { remember, insert } = useInsertion();
  const said = sayingTexts(draft.texts);
  /** From what the draft is by then: also Undo of a moment ago finds it so. */
  const changeTexts = (after: (texts: readonly TemplateText[]) => TemplateText[]) =>
    setDraft((now) => ({ ...now, texts: after(now.texts) }));
  return (
    <FormFrame submit={() => save({ ...draft, texts: said.texts })} close={close} isWide>
      <NameFields
        draft={draft}
        isNew={before === undefined}
        change={(part) => setDraft(changed<TemplateInput>(draft, part))}
      />
      {before === undefined && (
        <label>
          <input
            type="checkbox"
            checked={draft.id === DEFAULT}
            onChange={({ target }) =>
              setDraft(changed(draft, { id: target.checked ? DEFAULT : undefined }))
            }
          />{' '}
          {t('forAll')}
        </label>
      )}
      <div className={styles.columns}>
        <FieldProblems problem={problem}>
          <div className={styles.groups}>
            {groupsOf(draft.texts).map((group, at) => (
              <TextGroupFields
                // biome-ignore lint/suspicious/noArrayIndexKey: a group is told apart by its place
                key={at}
                number={at + 1}
                group={group}
                texts={draft.texts}
                placeOf={said.placeOf}
                remember={remember}
                onWords={(place, words) =>
                  changeTexts((texts) => withWords(texts, { group, ...place }, words))
                }
                onScope={(scope) => changeTexts((texts) => withScope(texts, group, scope))}
                remove={() => changeTexts((texts) => withoutGroup(texts, group))}
              />
            ))}
            <div>
              <Button onClick={() => changeTexts(withNewGroup)}>
                <Plus size={16} aria-hidden /> {t('addGroup')}
              </Button>
            </div>
          </div>
        </FieldProblems>
        <div className={styles.preview}>
          <MessagePreview texts={said.texts} onProblem={setProblem} />
        </div>
      </div>
      <VariableTable insert={insert} />
    </FormFrame>
  );
}

function draftOf(before: Template | undefined): TemplateInput {
  if (before === undefined) return NEW;
  const { id: _id, created_at: _made, updated_at: _changed, warnings: _told, ...input } = before;
  return input;
}
