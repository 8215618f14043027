import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { ask } from '../../api/ask.ts';
import { showAlertChange } from '../../live/show-changes.ts';
import { useNotices } from '../../ui/notices.tsx';

/** Acknowledges an alert. It cannot be taken back: the record says who saw it and when, and the notice says so. */
export function useAcknowledge() {
  const t = useTranslations('alerts');
  const queries = useQueryClient();
  const { done, failed } = useNotices();
  return useMutation({
    mutationFn: (id: string) =>
      ask<Alert>(`POST /v1/alerts/${encodeURIComponent(id)}/acknowledge`, { body: {} }),
    onSuccess: (alert) => {
      showAlertChange(queries, alert);
      done(t('acknowledgedNotice', { sensor: alert.sensor_id }));
    },
    onError: failed,
  });
}
