import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useState,
} from 'react';
import type { FieldChange } from './field-changes.ts';

// Shown so rarely that nobody's first page has to carry it.
const MeanwhileDialog = lazy(async () => ({
  default: (await import('./meanwhile-dialog.tsx')).MeanwhileDialog,
}));

/** Something was changed by somebody else after the reader had begun to change it. */
export interface Meanwhile {
  /** As the audit names it, such as `rule`. */
  kind: string;
  id: string;
  /** RFC 3339. */
  at: string;
  /** Undefined where the reader may not know. */
  who: string | undefined;
  changes: readonly FieldChange[];
}

/** `back`: to the form, with what was typed. */
export type Decision = 'mine' | 'theirs' | 'back';

type AskReader = (about: Meanwhile) => Promise<Decision>;
const AskContext = createContext<AskReader | undefined>(undefined);

export function MeanwhileProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<{ about: Meanwhile; decide(decision: Decision): void }>();
  const askReader = useCallback<AskReader>(
    (about) =>
      new Promise((resolve) => {
        const decide = (decision: Decision) => {
          setAsked(undefined);
          resolve(decision);
        };
        setAsked({ about, decide });
      }),
    [],
  );
  return (
    <AskContext value={askReader}>
      {children}
      {asked !== undefined && (
        <Suspense>
          <MeanwhileDialog {...asked} />
        </Suspense>
      )}
    </AskContext>
  );
}

/** Asks the reader whose version is to stand. */
export function useMeanwhile(): AskReader {
  const askReader = useContext(AskContext);
  if (askReader === undefined) throw new Error('useMeanwhile needs MeanwhileProvider above it');
  return askReader;
}
