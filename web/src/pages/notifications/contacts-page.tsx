import { Link } from '@tanstack/react-router';
import { Plus, Send, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact } from '#domain/notification.ts';
import type { ContactTestResult } from '#domain/questions.ts';
import { ask } from '../../api/ask.ts';
import { ThisBrowserSection } from '../../push/this-browser-section.tsx';
import { Button } from '../../ui/button.tsx';
import { ListEnd, ListSearch } from '../../ui/list-ends.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { ContactForm } from './contact-form.tsx';
import styles from './notifications.module.css';
import { useDocuments } from './use-documents.ts';
import { useQuietText } from './use-quiet-text.ts';

export function ContactsPage() {
  const t = useTranslations('notifications');
  const { list, save, remove } = useDocuments<Contact>('contacts');
  const { items, error } = list;
  const [edited, edit] = useState<Contact | 'new'>();
  const testContact = useTestContact();
  const quietText = useQuietText();
  if (edited !== undefined) {
    const before = edited === 'new' ? undefined : edited;
    return (
      <ContactForm
        before={before}
        save={(input) => save(input, before)}
        close={() => edit(undefined)}
      />
    );
  }
  return (
    <>
      <ThisBrowserSection />
      <Button kind="primary" onClick={() => edit('new')}>
        <Plus size={16} aria-hidden /> {t('newContact')}
      </Button>
      {error !== null && <ProblemText problem={error} />}
      <ListSearch list={list} />
      {items !== undefined && items.length > 0 && (
        <ul className={styles.list}>
          {items.map((contact) => (
            <li key={contact.id} className={styles.item} data-contact={contact.id}>
              <div>
                <strong>{contact.name}</strong> <span className="muted">{contact.id}</span>
                <div className="muted">
                  {contact.channel} · {contact.language} · {contact.time_zone}
                  {!contact.enabled && ` · ${t('disabled')}`}
                  {contact.quiet_hours?.map((quiet) => (
                    <div key={JSON.stringify(quiet)}>{quietText(quiet)}</div>
                  ))}
                </div>
                {contact.failing !== null && contact.failing !== undefined && (
                  <strong className={styles.failing}>
                    <TriangleAlert size={15} aria-hidden />{' '}
                    <Link to="/notifications/ledger" search={{ contact_id: contact.id }}>
                      {t('failing')}
                    </Link>
                  </strong>
                )}
              </div>
              <div className={styles.doing}>
                <Button
                  aria-label={t('testOf', { name: contact.name })}
                  onClick={() => void testContact(contact)}
                >
                  <Send size={16} aria-hidden /> {t('test')}
                </Button>
                <Button
                  aria-label={t('editOf', { name: contact.name })}
                  onClick={() => edit(contact)}
                >
                  {t('edit')}
                </Button>
                <Button
                  aria-label={t('removeOf', { name: contact.name })}
                  onClick={() => void remove(contact)}
                >
                  {t('remove')}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
      <ListEnd list={list} none={t('noContacts')} />
    </>
  );
}

/** Sends a real message now, and says what the other side answered. */
function useTestContact() {
  const t = useTranslations('notifications');
  const { done, failed } = useNotices();
  return async ({ id, name }: Contact) => {
    try {
      const result = await ask<ContactTestResult>(
        `POST /v1/contacts/${encodeURIComponent(id)}/test`,
      );
      const detail = result.detail ?? result.receipt ?? '';
      done(t(result.outcome === 'sent' ? 'testSent' : 'testFailed', { name, detail }));
    } catch (problem) {
      failed(problem);
    }
  };
}
