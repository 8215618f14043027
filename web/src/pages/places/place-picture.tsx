import type { ReactNode, Ref } from 'react';
import { useTranslations } from 'use-intl';
import type { Place } from '#domain/place.ts';
import { pictureAddress } from '../../api/queries.ts';
import styles from './places.module.css';

interface PlacePictureProps {
  place: Place;
  /** Below the markers, over the whole picture. */
  ground?: ReactNode;
  frame?: Ref<HTMLDivElement>;
  /** Markers: list items at shares of the picture's width and height. */
  children: ReactNode;
}

/** The picture as wide as the page allows, with its markers; without one, an empty ground. */
export function PlacePicture({ place, ground, frame, children }: PlacePictureProps) {
  const t = useTranslations('places');
  const { id, name, picture } = place;
  return (
    <div className={styles.frame} ref={frame}>
      {picture === null ? (
        <div className={styles.empty} />
      ) : (
        <img
          className={styles.picture}
          src={pictureAddress(id, picture.etag)}
          alt={t('pictureOf', { name })}
          draggable={false}
        />
      )}
      {ground}
      <ul className={styles.markers} aria-label={t('sensorsOf', { name })}>
        {children}
      </ul>
    </div>
  );
}
