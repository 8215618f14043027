import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';
import { ApiProblem } from '../api/api-problem.ts';
import styles from './text-field.module.css';

const ProblemContext = createContext<unknown>(undefined);

/**
 * What the API has refused of the form below; each field with a `pointer` says its own part of it. Where there is none, it
 * is what has been refused of the form around.
 */
export function FieldProblems({ problem, children }: { problem: unknown; children: ReactNode }) {
  const ofForm = useContext(ProblemContext);
  return <ProblemContext value={problem ?? ofForm}>{children}</ProblemContext>;
}

/** For a form: whoever is refused stands at the first field that is meant. */
export function useProblemFocus(problem: unknown) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [problem]);
  return form;
}

/** The API's words about the field at a JSON pointer (RFC 6901), or about anything below it that has no field of its own. */
function useFieldProblem(pointer: string | undefined, isWhole: boolean): string | undefined {
  const problem = useContext(ProblemContext);
  if (pointer === undefined || !(problem instanceof ApiProblem)) return undefined;
  const own = problem.errors.filter(
    (error) => error.pointer === pointer || (!isWhole && error.pointer.startsWith(`${pointer}/`)),
  );
  return own.length === 0 ? undefined : own.map(({ detail }) => detail).join('; ');
}

interface NotedField {
  hint?: string | undefined;
  pointer?: string | undefined;
  /** Stands for the whole of a part whose members have fields that say what is wrong with them. */
  isWhole?: boolean;
}

interface FieldNotes {
  /** What is said below the field. */
  notes: ReactNode;
  /** For the field itself: screen readers say the notes with it. */
  described: { 'aria-describedby'?: string; 'aria-invalid'?: true };
}

export function useFieldNotes(
  id: string,
  { hint, pointer, isWhole = false }: NotedField,
): FieldNotes {
  const problem = useFieldProblem(pointer, isWhole);
  const ids = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  const notes = (
    <>
      {hint !== undefined && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
      {problem !== undefined && (
        <span id={`${id}-problem`} className={styles.problem}>
          {problem}
        </span>
      )}
    </>
  );
  const described = {
    ...(ids === '' ? {} : { 'aria-describedby': ids }),
    ...(problem === undefined ? {} : { 'aria-invalid': true as const }),
  };
  return { notes, described };
}
