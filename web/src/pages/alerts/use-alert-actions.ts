import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { ask } from '../../api/ask.ts';
import { useShownChanges } from '../../live/live.tsx';
import { useNotices } from '../../ui/notices.tsx';

export const SHELF_TIMES = ['15m', '1h', '4h', '8h', '1d', '3d', '7d'] as const;

interface Shelf {
  for: (typeof SHELF_TIMES)[number];
  reason: string;
  one_shot?: boolean;
}

/** Those of one alert answer whether it was done; why not has been shown. */
export interface AlertActions {
  acknowledge(alerts: readonly Alert[], comment?: string): Promise<void>;
  /** To how many of them it was done. */
  shelve(alerts: readonly Alert[], shelf: Shelf): Promise<number>;
  unshelve(alert: Alert): Promise<boolean>;
  assign(alert: Alert, assignee: string | null): Promise<boolean>;
  comment(alert: Alert, comment: string): Promise<boolean>;
  reset(alert: Alert): Promise<boolean>;
}

/** So many at once: a bulk action over a storm of alerts does not take every connection of the browser. */
const AT_ONCE = 4;

/**
 * What people do to alerts. Each says what it did; what can be taken back has an undo, what cannot says so. Of a
 * bulk action what succeeded stays, and the first problem is shown.
 */
export function useAlertActions(): AlertActions {
  const t = useTranslations('alerts');
  const shown = useShownChanges();
  const { done, failed } = useNotices();
  return useMemo(() => {
    async function act(alert: Alert, verb: string, body: object): Promise<Alert> {
      const call = `POST /v1/alerts/${encodeURIComponent(alert.id)}/${verb}` as const;
      const changed = await ask<Alert>(call, { body });
      shown.showAlert(changed);
      return changed;
    }
    /** How many of them it was done to. */
    async function actOnAll(alerts: readonly Alert[], verb: string, body: object): Promise<number> {
      const waiting = [...alerts];
      let count = 0;
      let problem: unknown;
      async function work(): Promise<void> {
        for (let alert = waiting.shift(); alert !== undefined; alert = waiting.shift()) {
          try {
            await act(alert, verb, body);
            count += 1;
          } catch (error) {
            problem ??= error;
          }
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      if (problem !== undefined) failed(problem);
      return count;
    }
    const sensorOf = (alerts: readonly Alert[]) => alerts[0]?.sensor_id ?? '';
    async function doOne(
      alert: Alert,
      verb: string,
      { body, notice, undo }: { body: object; notice: string; undo?: () => void },
    ): Promise<boolean> {
      try {
        await act(alert, verb, body);
        done(notice, undo);
        return true;
      } catch (error) {
        failed(error);
        return false;
      }
    }
    const actions: AlertActions = {
      async acknowledge(alerts, comment) {
        const count = await actOnAll(alerts, 'acknowledge', comment ? { comment } : {});
        if (count > 0) done(t('acknowledgedNotice', { count, sensor: sensorOf(alerts) }));
      },
      async shelve(alerts, shelf) {
        const count = await actOnAll(alerts, 'shelve', shelf);
        const undo = () => void actOnAll(alerts, 'unshelve', {});
        if (count > 0)
          done(
            t('shelvedNotice', {
              count,
              sensor: sensorOf(alerts),
              time: t(`times.${shelf.for}`),
            }),
            undo,
          );
        return count;
      },
      unshelve: (alert) =>
        doOne(alert, 'unshelve', {
          body: {},
          notice: t('unshelvedNotice', { sensor: alert.sensor_id }),
        }),
      assign: (alert, assignee) =>
        doOne(alert, 'assign', {
          body: { assignee },
          notice: t('assignedNotice', { assignee: assignee ?? '–' }),
          undo: () => void actions.assign({ ...alert, assignee }, alert.assignee),
        }),
      comment: (alert, comment) =>
        doOne(alert, 'comment', { body: { comment }, notice: t('commentedNotice') }),
      reset: (alert) =>
        doOne(alert, 'reset', { body: {}, notice: t('resetNotice', { sensor: alert.sensor_id }) }),
    };
    return actions;
  }, [t, shown, done, failed]);
}
