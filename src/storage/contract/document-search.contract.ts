import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documentRow } from '#test/support/state-rows.ts';
import { insertDocument, listDocuments, searchDocuments } from '../state/documents.ts';
import type { CreateStore } from './state-store.contract.ts';

const ASKED = { customer: 'main', kind: 'rule', limit: 10 } as const;

/** Lists of documents that are searched. */
export function documentSearchContract(name: string, createStore: CreateStore): void {
  describe(`a search among documents: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
    });
    afterEach(() => store.close());

    const put = (bodies: Readonly<Record<string, object>>) =>
      store.transaction(async (tx) => {
        for (const [id, body] of Object.entries(bodies))
          await insertDocument(tx, documentRow({ id, body: JSON.stringify({ id, ...body }) }));
      });
    const found = async (search: Partial<Parameters<typeof searchDocuments>[1]>) =>
      (await searchDocuments(store.db, { ...ASKED, ...search })).rows.map(({ id }) => id).join();

    test('a text is found in id and body whatever the case, and wildcards mean themselves', async () => {
      await put({
        'Freezer-1': {},
        a: { name: { en: 'Big FREEZER' } },
        b: { name: { en: '100 % humid' } },
        c: { name: { en: 'r_r' } },
        d: { name: { en: 'rxr' } },
        e: { name: { en: 'say "hi" \\ there' } },
      });
      await store.transaction((tx) =>
        insertDocument(tx, documentRow({ id: 'freezer-2', customer: 'other' })),
      );
      expect((await found({ text: 'freezer' })).split(',').toSorted().join()).toBe('Freezer-1,a');
      expect(await found({ text: '%' })).toBe('b');
      expect(await found({ text: 'R_r' })).toBe('c');
      expect(await found({ text: 'say "HI" \\ t' })).toBe('e');
      expect(await found({ text: '' })).toContain('d');
    });

    test('a text with letters beyond ASCII is found, in capitals too', async () => {
      await put({
        a: { name: { fr: 'CONGÉLATEUR' } },
        b: { name: { fr: 'congélateur 冷凍庫 🧊' } },
        c: {},
      });
      expect(await found({ text: 'Congélateur' })).toBe('a,b');
      expect(await found({ text: '冷凍庫 🧊' })).toBe('b');
    });

    test('of rules those that may cover a sensor are found: by its id, by a pattern, or by no list', async () => {
      await put({
        all: {},
        empty: { where: { sensors: [] } },
        except: { where: { labels: { site: 'lyon' }, not: [{ sensors: ['oven'] }] } },
        glob: { where: { sensors: ['oven', 'free*'] } },
        labels: { where: { labels: { site: 'lyon' } } },
        mark: { where: { sensors: ['freezer?1'] } },
        named: { where: { sensors: ['oven', 'freezer_1'] } },
        other: { where: { sensors: ['freezer_12', 'freezer-1'] } },
        quoted: { message: { en: 'holds "sensors":[ in its text' } },
      });
      expect(await found({ sensorId: 'freezer_1' })).toBe(
        'all,empty,except,glob,labels,mark,named,quoted',
      );
    });

    test('a search goes through thousands of documents in portions, and ends', async () => {
      await store.transaction(async (tx) => {
        const ids = Array.from({ length: 12_000 }, (_, at) => `r${String(at).padStart(5, '0')}`);
        for (let at = 0; at < ids.length; at += 1000) {
          const rows = ids.slice(at, at + 1000).map((id) => documentRow({ id }));
          await tx.insertInto('documents').values(rows).execute();
        }
      });
      const ids: string[] = [];
      const stops: (string | undefined)[] = [];
      for (let afterId: string | undefined; ; ) {
        const asked = { ...ASKED, text: '999', limit: 3, afterId };
        const { rows, throughId } = await searchDocuments(store.db, asked);
        ids.push(...rows.map(({ id }) => id));
        stops.push(throughId);
        afterId = throughId;
        if (afterId === undefined) break;
      }
      const sought = ['r00999', 'r01999', 'r02999', 'r03999', 'r04999', 'r05999', 'r06999'];
      expect(ids).toEqual([
        ...[...sought, 'r07999', 'r08999', 'r09990', 'r09991', 'r09992', 'r09993', 'r09994'],
        ...['r09995', 'r09996', 'r09997', 'r09998', 'r09999', 'r10999', 'r11999'],
      ]);
      // Found as many as were asked for, or looked as far as one statement does.
      expect(stops[0]).toBe('r02999');
      expect(stops[1]).toBe('r05999');
      expect(stops.length).toBeLessThan(12);
    });

    test('those that are named are listed, in the order of their ids', async () => {
      await put({ a: {}, b: {}, c: {} });
      expect(await found({ ids: ['c', 'a', 'nobody'] })).toBe('a,c');
      expect(await found({ ids: ['c', 'a'], afterId: 'a' })).toBe('c');
      expect((await listDocuments(store.db, { ...ASKED, throughId: 'b' })).length).toBe(2);
    });
  });
}
