import { useTranslations } from 'use-intl';
import { ApiProblem } from '../api/api-problem.ts';

/** The API's own words, and its code to look up or to send to a colleague. */
export function ProblemText({ problem }: { problem: unknown }) {
  const t = useTranslations('words');
  if (!(problem instanceof ApiProblem)) return <p>{String(problem)}</p>;
  return (
    <>
      <p>{problem.code === 'unreachable' ? t('unreachable') : problem.detail}</p>
      {problem.errors.length > 0 && (
        <ul>
          {problem.errors.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      <p className="muted">{t('code', { code: problem.code })}</p>
    </>
  );
}
