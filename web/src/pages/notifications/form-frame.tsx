import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { FieldProblems, useProblemFocus } from '../../ui/field-notes.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import styles from './notifications.module.css';

interface FormFrameProps {
  /**
   * Throws what the API refuses: it is shown, also at its fields, and nothing typed is lost. Answers false where there
   * is something left to show.
   */
  submit(): Promise<unknown>;
  close(): void;
  /** The whole width of the page: what the form is about stands beside it. */
  isWide?: boolean;
  children: ReactNode;
}

export function FormFrame({ submit, close, isWide = false, children }: FormFrameProps) {
  const t = useTranslations('notifications');
  const words = useTranslations('words');
  const [problem, setProblem] = useState<unknown>();
  const form = useProblemFocus(problem);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      if ((await submit()) !== false) close();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <form
      ref={form}
      className={`${styles.form} ${isWide ? styles.wide : ''}`}
      onSubmit={(event) => void onSubmit(event)}
    >
      <FieldProblems problem={problem}>{children}</FieldProblems>
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
