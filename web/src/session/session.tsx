import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { ApiProblem } from '../api/api-problem.ts';
import { ask } from '../api/ask.ts';
import { OutOfReach } from '../shell/out-of-reach.tsx';
import { SignIn } from './sign-in.tsx';

export interface Session {
  who: string;
  customer: string;
  scopes: readonly string[];
  expires_at: string | null;
}

interface SessionParts {
  session: Session;
  signOut(): Promise<void>;
}
const SessionContext = createContext<SessionParts | undefined>(undefined);

/** The one-time code or key of the link that the platform printed; the address is cleared at once. */
function takeKeyOfAddress(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key !== null) history.replaceState(null, '', location.pathname + location.search);
  return key;
}
const keyOfAddress = takeKeyOfAddress();

async function openSession(key: string): Promise<void> {
  await ask('POST /v1/session', { body: { key } });
}

let opening: Promise<void> | undefined;
/** Once: a one-time code is used up by its first exchange. */
function exchangeKeyOfAddress(): Promise<void> {
  opening ??= keyOfAddress === null ? Promise.resolve() : openSession(keyOfAddress);
  return opening;
}

/** The key of the address was no good, or no longer. */
let wasRefused = false;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    await exchangeKeyOfAddress().catch(() => {
      wasRefused = true;
    });
    return ask<Session>('GET /v1/session', { signal });
  },
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
});

const RETRY_MS = 3000;

/** Shows its children to who is signed in, and the way to sign in to who is not. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(sessionQuery);
  const isSignedOut = error instanceof ApiProblem && (error.status === 401 || error.status === 403);
  useEffect(() => {
    if (error === null || isSignedOut) return;
    const timer = setTimeout(() => void refetch(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [error, isSignedOut, refetch]);
  const parts = useMemo(
    () =>
      data && {
        session: data,
        signOut: async () => {
          await ask('DELETE /v1/session');
          queries.clear();
          location.assign('/');
        },
      },
    [data, queries],
  );
  if (parts !== undefined && !isSignedOut) {
    return <SessionContext value={parts}>{children}</SessionContext>;
  }
  if (!isSignedOut) return error === null ? null : <OutOfReach />;
  const signIn = async (key: string) => {
    await openSession(key);
    queries.clear();
    await refetch();
  };
  return <SignIn wasRefused={wasRefused} isOver={data !== undefined} signIn={signIn} />;
}

export function useSession(): SessionParts {
  const parts = useContext(SessionContext);
  if (parts === undefined) throw new Error('useSession needs SessionProvider above it');
  return parts;
}
