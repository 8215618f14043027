import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact, Policy } from '#domain/notification.ts';
import type { Template, TemplateInput } from '#domain/template.ts';
import { documentsQuery } from '../../api/queries.ts';
import { DocumentPage } from './document-page.tsx';
import { MessagePreview } from './message-preview.tsx';
import { TemplateForm } from './template-form.tsx';
import { groupsOf } from './text-groups.ts';
import { useScopeText } from './use-scope-text.ts';

/** How messages are worded: templates, and the usual words in the place of what they leave out. */
export function MessagesPage() {
  const t = useTranslations('messages');
  return (
    <>
      <p className="muted">{t('explain')}</p>
      <DocumentPage<Template, TemplateInput>
        collection="templates"
        newText={t('new')}
        noneText={t('none')}
        describe={(template) => <TemplateFacts template={template} />}
        form={TemplateForm}
      >
        <UsualWords />
      </DocumentPage>
    </>
  );
}

/** What messages say without a template. */
function UsualWords() {
  const t = useTranslations('messages');
  const [isOpen, open] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => open(currentTarget.open)}>
      <summary>{t('usualWords')}</summary>
      {isOpen && <MessagePreview texts={undefined} />}
    </details>
  );
}

/** What a template words, and who is told in its words. */
function TemplateFacts({ template: { id, texts, warnings } }: { template: Template }) {
  const t = useTranslations('messages');
  const scopeText = useScopeText();
  const users = useUsers(id);
  return (
    <div className="muted">
      {id === 'default' && <div>{t('servesAll')}</div>}
      <div>{users.length === 0 ? t('unused') : t('usedBy', { users: users.join(', ') })}</div>
      <ul>
        {groupsOf(texts).map((group) => (
          <li key={Object.values(group.at).join()}>
            {scopeText(group)} ({Object.keys(group.at).join(', ')})
          </li>
        ))}
      </ul>
      {warnings.length > 0 && <div>{t('warnings', { count: warnings.length })}</div>}
    </div>
  );
}

/** The contacts and policies that name a template. */
function useUsers(id: string): string[] {
  const { data: contacts } = useQuery(documentsQuery<Contact>('contacts'));
  const { data: policies } = useQuery(documentsQuery<Policy>('policies'));
  return [...(contacts?.items ?? []), ...(policies?.items ?? [])]
    .filter(({ template }) => template === id)
    .map((user) => user.name || user.id);
}
