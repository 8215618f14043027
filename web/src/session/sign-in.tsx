import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import { ApiProblem } from '../api/api-problem.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Button } from '../ui/button.tsx';
import { ProblemText } from '../ui/problem-text.tsx';
import styles from './sign-in.module.css';

interface SignInProps {
  /** The link that was followed did not open a session. */
  wasRefused: boolean;
  /** Somebody was signed in on this page until now. */
  isOver: boolean;
  signIn(key: string): Promise<void>;
}

export function SignIn({ wasRefused, isOver, signIn }: SignInProps) {
  const t = useTranslations('shell');
  const { language, choose } = useLanguage();
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get('key') ?? '').trim();
    setProblem(undefined);
    await signIn(key).catch(setProblem);
  };
  const isRefused =
    (problem === undefined && wasRefused) ||
    (problem instanceof ApiProblem && problem.status === 401);
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <h1>{t('signIn.title')}</h1>
        {isOver && <p role="status">{t('signIn.over')}</p>}
        <p className="muted">{t('signIn.explain')}</p>
        <label htmlFor="key">{t('signIn.key')}</label>
        <input id="key" name="key" type="password" autoComplete="off" required />
        <Button kind="primary" type="submit">
          {t('signIn.submit')}
        </Button>
        <div role="alert">
          {isRefused ? (
            <p>{t('signIn.refused')}</p>
          ) : problem === undefined ? null : (
            <ProblemText problem={problem} />
          )}
        </div>
        <Button onClick={() => choose(language === 'en' ? 'fr' : 'en')}>{t('language')}</Button>
      </form>
    </main>
  );
}
