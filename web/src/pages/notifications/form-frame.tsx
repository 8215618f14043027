import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import styles from './notifications.module.css';

interface FormFrameProps {
  /** Throws what the API refuses: it is shown, and nothing typed is lost. */
  submit(): Promise<unknown>;
  close(): void;
  children: ReactNode;
}

export function FormFrame({ submit, close, children }: FormFrameProps) {
  const t = useTranslations('notifications');
  const words = useTranslations('words');
  const [problem, setProblem] = useState<unknown>();
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      await submit();
      close();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <form className={styles.form} onSubmit={(event) => void onSubmit(event)}>
      {children}
      <div role="alert">{problem !== undefined && <ProblemText problem={problem} />}</div>
      <div>
        <Button kind="primary" type="submit">
          {t('save')}
        </Button>{' '}
        <Button onClick={close}>{words('cancel')}</Button>
      </div>
    </form>
  );
}
