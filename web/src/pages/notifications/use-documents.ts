import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { ask } from '../../api/ask.ts';
import { documentsQuery } from '../../api/queries.ts';
import { useNotices } from '../../ui/notices.tsx';

export type Collection = 'contacts' | 'policies' | 'on-call' | 'maintenance-windows' | 'templates';

/** Fields that the platform gives and does not take. */
const GIVEN = new Set([
  'id',
  'created_at',
  'updated_at',
  'is_open',
  'next',
  'at',
  'contact',
  'until',
  'handovers',
  'failing',
  'warnings',
]);

interface Stored {
  id: string;
  settings?: Record<string, unknown>;
}

/** What a PUT takes of a stored document. */
function inputOf(stored: Stored): object {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !GIVEN.has(name)));
}

/** Whether it holds what the API shows as … alone: the settings of some channels. */
function hasSecrets({ settings = {} }: Stored): boolean {
  return Object.values(settings).some((value) => typeof value === 'string' && value.endsWith('…'));
}

/** One collection with what people do to it; each change can be taken back. */
export function useDocuments<Document extends Stored>(collection: Collection) {
  const t = useTranslations('notifications');
  const queries = useQueryClient();
  const { done, failed } = useNotices();
  const { data, error } = useQuery(documentsQuery<Document>(collection));
  const renew = () => queries.invalidateQueries({ queryKey: [collection] });
  const address = (id: string) => `/v1/${collection}/${encodeURIComponent(id)}` as const;
  /** As it was before a change; where it has been removed since, that stands and is said. */
  async function changeBack(before: Document): Promise<void> {
    try {
      await ask(`GET ${address(before.id)}`);
    } catch (problem) {
      failed(problem);
      return;
    }
    await restore(before);
  }
  async function restore(before: Document): Promise<void> {
    await ask(`PUT ${address(before.id)}`, { body: inputOf(before) }).catch(failed);
    await renew();
  }
  async function takeAway({ id }: Document): Promise<void> {
    await ask(`DELETE ${address(id)}`).catch(failed);
    await renew();
  }
  return {
    items: data?.items,
    error,
    /** Creates, or replaces `before`. Throws what the API refuses; answers what is stored. */
    async save(
      input: object & { id?: string | undefined },
      before: Document | undefined,
    ): Promise<Document> {
      const { id, ...body } = input;
      const stored =
        before === undefined
          ? await ask<Document>(`POST /v1/${collection}`, { body: input })
          : await ask<Document>(`PUT ${address(before.id)}`, { body });
      const undo = () => void (before === undefined ? takeAway(stored) : changeBack(before));
      done(t('saved', { id: stored.id }), undo);
      await renew();
      return stored;
    },
    async remove(before: Document): Promise<void> {
      try {
        await ask(`DELETE ${address(before.id)}`);
        // What nobody is shown cannot be put back.
        if (hasSecrets(before)) done(t('removedForGood', { id: before.id }));
        else done(t('removed', { id: before.id }), () => void restore(before));
      } catch (problem) {
        failed(problem);
      }
      await renew();
    },
  };
}
