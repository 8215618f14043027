import { Dialog as Headless } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import styles from './dialog.module.css';

interface DialogProps {
  title: string;
  isOpen: boolean;
  close(): void;
  children: ReactNode;
}

/** A question before the page: focus stays within, Escape closes, and focus goes back to where it came from. */
export function Dialog({ title, isOpen, close, children }: DialogProps) {
  const t = useTranslations('words');
  return (
    <Headless.Root open={isOpen} onOpenChange={(open) => !open && close()}>
      <Headless.Portal>
        <Headless.Backdrop className={styles.backdrop} />
        <Headless.Popup className={styles.popup}>
          <div className={styles.head}>
            <Headless.Title className={styles.title}>{title}</Headless.Title>
            <Headless.Close render={<Button kind="plain" />} aria-label={t('close')}>
              <X size={18} aria-hidden />
            </Headless.Close>
          </div>
          {children}
        </Headless.Popup>
      </Headless.Portal>
    </Headless.Root>
  );
}
