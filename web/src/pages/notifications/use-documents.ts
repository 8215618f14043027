import { useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { ask } from '../../api/ask.ts';
import { usePages } from '../../api/use-pages.ts';
import { inputOf } from '../../saving/field-changes.ts';
import { useSaveOver } from '../../saving/use-save-over.ts';
import { useTextSearch } from '../../ui/list-ends.tsx';
import { useNotices } from '../../ui/notices.tsx';

export type Collection = 'contacts' | 'policies' | 'on-call' | 'maintenance-windows' | 'templates';

/** What the audit calls one of them. */
const KINDS: Readonly<Record<Collection, string>> = {
  contacts: 'contact',
  policies: 'policy',
  'on-call': 'on-call',
  'maintenance-windows': 'maintenance-window',
  templates: 'template',
};

interface Stored {
  id: string;
  updated_at: string;
  settings?: Record<string, unknown>;
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
  const saveOver = useSaveOver();
  const list = usePages<Document>(collection, useTextSearch());
  const renew = () => queries.invalidateQueries({ queryKey: [collection] });
  const address = (id: string) => `/v1/${collection}/${encodeURIComponent(id)}` as const;
  /** As it was before; `since`: only where nobody has changed or removed it after that. */
  async function restore(before: Document, since?: string): Promise<void> {
    const body = inputOf(before);
    await ask(`PUT ${address(before.id)}`, { body, ifUnchangedSince: since }).catch(failed);
    await renew();
  }
  async function takeAway({ id }: Document): Promise<void> {
    await ask(`DELETE ${address(id)}`).catch(failed);
    await renew();
  }
  return {
    list,
    /**
     * Creates, or replaces `before`: where somebody else has changed it meanwhile the reader decides. Throws what the
     * API refuses; answers what is stored.
     */
    async save(
      input: object & { id?: string | undefined },
      before: Document | undefined,
    ): Promise<Document> {
      const { id: _id, ...body } = input;
      const { stored, isMine } =
        before === undefined
          ? { stored: await ask<Document>(`POST /v1/${collection}`, { body: input }), isMine: true }
          : await saveOver({
              address: address(before.id),
              target: `${KINDS[collection]}/${before.id}`,
              before,
              body,
            });
      const undo = () =>
        void (before === undefined ? takeAway(stored) : restore(before, stored.updated_at));
      if (isMine) done(t('saved', { id: stored.id }), undo);
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
