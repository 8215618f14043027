import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { Place, PlacedSensor } from '#domain/place.ts';
import { ask } from '../../api/ask.ts';
import { pictureAddress, placeAddress } from '../../api/queries.ts';
import { useNotices } from '../../ui/notices.tsx';

export interface PlaceChange {
  name: string;
  sensors: readonly PlacedSensor[];
}

/** `since`: only where it has not been changed after that. */
function putPlace(id: string, { name, sensors }: PlaceChange, since?: string): Promise<Place> {
  return ask<Place>(`PUT ${placeAddress(id)}`, {
    body: { name, sensors },
    ifUnchangedSince: since,
  });
}

const putPicture = (id: string, picture: Blob, since?: string) =>
  ask<Place>(`PUT ${pictureAddress(id)}`, { body: picture, ifUnchangedSince: since });

/** What people do to places; each change can be taken back. */
export function usePlaces() {
  const t = useTranslations('places');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { done, failed } = useNotices();
  const renew = () => queries.invalidateQueries({ queryKey: ['places'] });

  /** The picture as it is now, to put it back. */
  async function pictureOf(place: Place): Promise<Blob | undefined> {
    if (place.picture === null) return undefined;
    const answer = await fetch(pictureAddress(place.id, place.picture.etag));
    return answer.ok ? answer.blob() : undefined;
  }

  /** Runs what takes a change back; what the API refuses is shown. */
  async function takeBack(work: () => Promise<unknown>): Promise<void> {
    await work().catch(failed);
    await renew();
  }

  return {
    /** Throws what the API refuses; a place whose picture it refuses stays without one. */
    async create(name: string, picture: File | undefined): Promise<void> {
      const place = await ask<Place>('POST /v1/places', { body: { name } });
      try {
        if (picture !== undefined) {
          await putPicture(place.id, picture);
        }
        done(t('made', { name }));
      } catch (problem) {
        failed(problem);
      }
      await renew();
      await navigate({ to: '/places/$id', params: { id: place.id } });
    },

    /** Throws what the API refuses: also where somebody has changed or removed it since `before` was read. */
    async save(before: Place, change: PlaceChange): Promise<void> {
      try {
        const { updated_at } = await putPlace(before.id, change, before.updated_at);
        // What has been changed again since, or removed, does not come back by this.
        const undo = () => putPlace(before.id, before, updated_at);
        done(t('saved', { name: change.name }), () => void takeBack(undo));
      } finally {
        await renew();
      }
    },

    /** Answers the place with the picture; undefined where it was refused, which is shown. */
    async replacePicture(place: Place, picture: File): Promise<Place | undefined> {
      try {
        const before = await pictureOf(place);
        const saved = await putPicture(place.id, picture, place.updated_at);
        const undo = before && (() => putPicture(place.id, before, saved.updated_at));
        done(t('pictureSaved'), undo && (() => void takeBack(undo)));
        return saved;
      } catch (problem) {
        failed(problem);
        return undefined;
      } finally {
        await renew();
      }
    },

    async remove(place: Place): Promise<void> {
      const { id, name } = place;
      try {
        const picture = await pictureOf(place);
        await ask(`DELETE ${placeAddress(id)}`);
        const restore = async () => {
          await putPlace(id, place);
          if (picture !== undefined) await putPicture(id, picture);
        };
        done(t('removed', { name }), () => void takeBack(restore));
        await navigate({ to: '/places' });
      } catch (problem) {
        failed(problem);
      }
      await renew();
    },
  };
}
