import { Plus } from 'lucide-react';
import { type ComponentType, type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { ListEnd, ListSearch } from '../../ui/list-ends.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import styles from './notifications.module.css';
import { type Collection, useDocuments } from './use-documents.ts';

interface Named {
  id: string;
  updated_at: string;
  name?: string | undefined;
}

export interface DocumentFormProps<Stored, Input> {
  before: Stored | undefined;
  save(input: Input): Promise<unknown>;
  close(): void;
}

interface DocumentPageProps<Stored extends Named, Input extends object> {
  collection: Collection;
  /** On the button that makes one. */
  newText: string;
  noneText: string;
  /** What a row says of one below its name. */
  describe(stored: Stored): ReactNode;
  form: ComponentType<DocumentFormProps<Stored, Input>>;
  /** Below the list. */
  children?: ReactNode;
}

/** A collection as a list, and one of it as a form: what policies, rotations and windows have in common. */
export function DocumentPage<Stored extends Named, Input extends object>(
  props: DocumentPageProps<Stored, Input>,
) {
  const { collection, newText, noneText, describe, form: Form, children } = props;
  const t = useTranslations('notifications');
  const { list, save, remove } = useDocuments<Stored>(collection);
  const { items, error } = list;
  const [edited, edit] = useState<Stored | 'new'>();
  if (edited !== undefined) {
    const before = edited === 'new' ? undefined : edited;
    return (
      <Form before={before} save={(input) => save(input, before)} close={() => edit(undefined)} />
    );
  }
  return (
    <>
      <Button kind="primary" onClick={() => edit('new')}>
        <Plus size={16} aria-hidden /> {newText}
      </Button>
      {error !== null && <ProblemText problem={error} />}
      <ListSearch list={list} />
      {items !== undefined && items.length > 0 && (
        <ul className={styles.list}>
          {items.map((stored) => {
            const name = stored.name ?? stored.id;
            return (
              <li key={stored.id} className={styles.item} data-document={stored.id}>
                <div>
                  <strong>{name}</strong>{' '}
                  {name !== stored.id && <span className="muted">{stored.id}</span>}
                  {describe(stored)}
                </div>
                <div className={styles.doing}>
                  <Button aria-label={t('editOf', { name })} onClick={() => edit(stored)}>
                    {t('edit')}
                  </Button>
                  <Button aria-label={t('removeOf', { name })} onClick={() => void remove(stored)}>
                    {t('remove')}
                  </Button>
                </div>
              </li>
            );
          })}
        </ul>
      )}
      <ListEnd list={list} none={noneText} />
      {children}
    </>
  );
}
