import { Link } from '@tanstack/react-router';
import { MapPin, Plus } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Place } from '#domain/place.ts';
import { pictureAddress } from '../../api/queries.ts';
import { usePages } from '../../api/use-pages.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ListEnd, ListSearch, useTextSearch } from '../../ui/list-ends.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './places.module.css';
import { usePlaces } from './use-places.ts';

/** Every floor plan and photo. */
export function PlacesPage() {
  const t = useTranslations('places');
  const list = usePages<Place>('places', useTextSearch());
  const [isMaking, make] = useState(false);
  const { items: places, error } = list;
  return (
    <>
      <PageHeader title={t('title')}>
        <Button kind="primary" onClick={() => make(true)}>
          <Plus size={16} aria-hidden /> {t('new')}
        </Button>
      </PageHeader>
      {error !== null && <ProblemText problem={error} />}
      <ListSearch list={list} />
      {places !== undefined && places.length > 0 && (
        <ul className={styles.list}>
          {places.map(({ id, name, picture, sensors }) => (
            <li key={id} className={styles.card}>
              <Link to="/places/$id" params={{ id }} className={styles.cardLink}>
                {picture === null ? (
                  <span className={styles.thumb}>
                    <MapPin size={28} aria-hidden />
                  </span>
                ) : (
                  <img
                    className={styles.thumb}
                    src={pictureAddress(id, picture.etag)}
                    alt=""
                    loading="lazy"
                  />
                )}
                <span>{name}</span>
              </Link>
              <p className="muted">{t('sensorCount', { count: sensors.length })}</p>
            </li>
          ))}
        </ul>
      )}
      <ListEnd list={list} none={t('none')} />
      <Dialog title={t('new')} isOpen={isMaking} close={() => make(false)}>
        <NewPlace />
      </Dialog>
    </>
  );
}

function NewPlace() {
  const t = useTranslations('places');
  const pictureId = useId();
  const { create } = usePlaces();
  const [name, setName] = useState('');
  const [picture, setPicture] = useState<File>();
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    await create(name.trim(), picture).catch(setProblem);
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextField label={t('name')} value={name} onChange={setName} required maxLength={200} />
      <div className={styles.field}>
        <label htmlFor={pictureId}>{t('picture')}</label>
        <input
          id={pictureId}
          type="file"
          accept="image/png,image/jpeg,image/webp"
          aria-describedby={`${pictureId}-hint`}
          onChange={({ target }) => setPicture(target.files?.[0])}
        />
        <span id={`${pictureId}-hint`} className="muted">
          {t('pictureHint')}
        </span>
      </div>
      <div role="alert">{problem !== undefined && <ProblemText problem={problem} />}</div>
      <div>
        <Button kind="primary" type="submit">
          {t('create')}
        </Button>
      </div>
    </form>
  );
}
