import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import type { SIMULATED as Simulated, Simulation } from '#domain/simulation.ts';
import { ask } from '../../api/ask.ts';
import { type Page, simulationQuery } from '../../api/queries.ts';
import { useSession } from '../../session/session.tsx';
import { useNotices } from '../../ui/notices.tsx';

/** The label of every simulated sensor. */
export const SIMULATED: typeof Simulated = { name: 'simulated', value: 'true' };

/** The simulated fleet, and how to start and stop it; starting can be taken back. */
export function useSimulation() {
  const t = useTranslations('overview.simulation');
  const queries = useQueryClient();
  const { done, failed } = useNotices();
  const { session } = useSession();
  const { data } = useQuery(simulationQuery);
  const renew = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['simulation'] }),
      queries.invalidateQueries({ queryKey: ['sensors'] }),
      queries.invalidateQueries({ queryKey: ['overview'] }),
    ]);
  const stop = useMutation({
    mutationFn: () => ask('DELETE /v1/simulation'),
    onSuccess: () => done(t('stopped')),
    onError: failed,
    onSettled: renew,
  });
  const start = useMutation({
    mutationFn: () => ask<Simulation>('POST /v1/simulation', { body: {} }),
    onSuccess: ({ sensors }) => done(t('started', { count: sensors.length }), () => stop.mutate()),
    onError: failed,
    onSettled: renew,
  });
  /** Their ids, as they are when it is done: of the platform's own label. */
  const removeLeft = useMutation({
    mutationFn: async () => {
      const query = { [`label.${SIMULATED.name}`]: SIMULATED.value, limit: 1000 };
      const { items } = await ask<Page<Sensor>>('GET /v1/sensors', { query });
      for (const { id } of items) await ask(`DELETE /v1/sensors/${encodeURIComponent(id)}`);
      return items.length;
    },
    onSuccess: (count) => done(t('removedLeft', { count })),
    onError: failed,
    onSettled: renew,
  });
  const mayChange = session.scopes.includes('admin');
  return {
    isKnown: data !== undefined,
    running: data?.is_running === true ? data : undefined,
    mayStart: mayChange && data?.is_available === true,
    mayStop: mayChange,
    start,
    stop,
    removeLeft,
  };
}
