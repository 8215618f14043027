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

async function putPlace(id: string, { name, sensors }: PlaceChange): Promise<void> {
  await ask(`PUT ${placeAddress(id)}`, { body: { name, sensors } });
}

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
          await ask(`PUT ${pictureAddress(place.id)}`, { body: picture });
        }
        done(t('made', { name }));
      } catch (problem) {
        failed(problem);
      }
      await renew();
      await navigate({ to: '/places/$id', params: { id: place.id } });
    },

    /** Throws what the API refuses. */
    async save(before: Place, change: PlaceChange): Promise<void> {
      await putPlace(before.id, change);
      const undo = async () => {
        // A place that was removed since does not come back by this.
        await ask(`GET ${placeAddress(before.id)}`);
        await putPlace(before.id, before);
      };
      done(t('saved', { name: change.name }), () => void takeBack(undo));
      await renew();
    },

    async replacePicture(place: Place, picture: File): Promise<void> {
      try {
        const before = await pictureOf(place);
        const call = `PUT ${pictureAddress(place.id)}` as const;
        await ask(call, { body: picture });
        const undo = before && (() => void takeBack(() => ask(call, { body: before })));
        done(t('pictureSaved'), undo);
      } catch (problem) {
        failed(problem);
      }
      await renew();
    },

    async remove(place: Place): Promise<void> {
      const { id, name } = place;
      try {
        const picture = await pictureOf(place);
        await ask(`DELETE ${placeAddress(id)}`);
        const restore = async () => {
          await putPlace(id, place);
          if (picture !== undefined) await ask(`PUT ${pictureAddress(id)}`, { body: picture });
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
