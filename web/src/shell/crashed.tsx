import type { ErrorComponentProps } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { ProblemText } from '../ui/problem-text.tsx';

export function Crashed({ error, reset }: ErrorComponentProps) {
  const [t, words] = [useTranslations('shell'), useTranslations('words')];
  return (
    <div role="alert">
      <h1>{words('problem')}</h1>
      <p>{t('crashed')}</p>
      <ProblemText problem={error} />
      <Button onClick={reset}>{words('retry')}</Button>
    </div>
  );
}
