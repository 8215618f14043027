import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { type ReactNode, useCallback } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import styles from './notices.module.css';
import { ProblemText } from './problem-text.tsx';

/** Long enough to read and to reach for Undo. */
const SHOWN_MS = 8000;

export function NoticesProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={SHOWN_MS} limit={4}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <NoticeList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function NoticeList() {
  const { toasts } = Toast.useToastManager();
  const t = useTranslations('words');
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.notice}>
      <Toast.Content className={styles.content}>
        <div>
          <Toast.Title className={styles.title} />
          <Toast.Description render={<div />} />
        </div>
        <Toast.Action className={styles.action} />
        <Toast.Close render={<Button kind="plain" />} aria-label={t('close')}>
          <X size={16} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

export interface Notices {
  /** Says what was done; with `undo`, how to take it back. */
  done(title: string, undo?: () => void): void;
  /** Says what can be done now; stays until it is done or closed. */
  offer(title: string, action: string, act: () => void): void;
  /** The API's own words; stays until closed. */
  failed(problem: unknown): void;
}

export function useNotices(): Notices {
  const { add } = Toast.useToastManager();
  const t = useTranslations('words');
  const done = useCallback(
    (title: string, undo?: () => void) =>
      void add(
        undo === undefined
          ? { title }
          : { title, actionProps: { children: t('undo'), onClick: undo } },
      ),
    [add, t],
  );
  const failed = useCallback(
    (problem: unknown) =>
      void add({
        title: t('problem'),
        description: <ProblemText problem={problem} />,
        timeout: 0,
        priority: 'high',
      }),
    [add, t],
  );
  const offer = useCallback(
    (title: string, action: string, act: () => void) =>
      void add({ title, timeout: 0, actionProps: { children: action, onClick: act } }),
    [add],
  );
  return { done, failed, offer };
}
