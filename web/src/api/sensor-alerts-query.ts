import { queryOptions } from '@tanstack/react-query';
import type { Alert } from '#domain/alert.ts';
import { askAll } from './ask-all.ts';

/** More cannot be told apart on any screen. */
const MOST_PAGES = 3;
/** Of those that began before the range and ended within it. */
const BEFORE = 200;

export interface SensorAlerts {
  alerts: Alert[];
  /** Some that began before this, ms, were not asked for; undefined where all are here. */
  cutMs: number | undefined;
}

interface AlertsRange {
  sensorId: string;
  fromMs: number;
  toMs: number;
}

/** The alerts of a sensor that stood within a range, the newest 3000; below the alerts, so that their changes ask again. */
export const sensorAlertsQuery = ({ sensorId, fromMs, toMs }: AlertsRange) =>
  queryOptions({
    queryKey: ['alerts', 'of sensor', sensorId, fromMs, toMs],
    queryFn: async ({ signal }): Promise<SensorAlerts> => {
      const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
      const asked = (bounds: Record<string, string | number>, mostPages?: number) =>
        askAll<Alert>(
          'GET /v1/alerts',
          { query: { sensor_id: sensorId, ...bounds }, signal },
          mostPages,
        );
      const [within, before] = await Promise.all([
        asked({ from, to, limit: 1000 }, MOST_PAGES),
        asked({ to: from, limit: BEFORE }, 1),
      ]);
      // What has stood for long may have many newer ones before the range.
      const standing =
        before.next_cursor === null
          ? []
          : (await asked({ to: from, state: 'active', limit: 1000 }, 1)).items;
      const earlier = [...before.items, ...standing].filter(
        ({ cleared_at }) => cleared_at === null || Date.parse(cleared_at) > fromMs,
      );
      const alerts = new Map([...within.items, ...earlier].map((alert) => [alert.id, alert]));
      const oldest = within.items.at(-1);
      const isCut = within.next_cursor !== null && oldest !== undefined;
      return {
        alerts: [...alerts.values()],
        cutMs: isCut ? Date.parse(oldest.started_at) : undefined,
      };
    },
    placeholderData: (before) => before,
  });
