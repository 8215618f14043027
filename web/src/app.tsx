import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ApiProblem } from './api/api-problem.ts';
import { SIGNED_OUT } from './api/ask.ts';
import { UnitsProvider } from './format/units.tsx';
import { LanguageProvider } from './i18n/language.tsx';
import { LiveProvider } from './live/live.tsx';
import { SoundProvider } from './live/sound.tsx';
import { router } from './router.tsx';
import { MeanwhileProvider } from './saving/meanwhile.tsx';
import { SessionProvider, sessionQuery } from './session/session.tsx';
import { UpdateNotice } from './shell/update-notice.tsx';
import { WorkerMessages } from './shell/worker-messages.tsx';
import { NoticesProvider } from './ui/notices.tsx';

const MAX_RETRIES = 3;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The live stream says when something changed: nothing is asked again by the clock or by a look at the window.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // Only what may go better the next time: no answer, or a platform that says that it is busy.
      retry: (count, error) =>
        count < MAX_RETRIES &&
        error instanceof ApiProblem &&
        (error.status === 0 || error.status === 429 || error.status >= 500),
    },
  },
});
// A session that ended while the page was open: the way to sign in is shown, not an error in each corner.
addEventListener(SIGNED_OUT, () => {
  if (queries.getQueryState(sessionQuery.queryKey)?.fetchStatus === 'idle')
    void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
});

// What the first picture needs is asked for side by side, not each thing when the one before it is there.
void queries.prefetchQuery(sessionQuery);
void router.load();

export function App() {
  return (
    <LanguageProvider>
      <UnitsProvider>
        <QueryClientProvider client={queries}>
          <NoticesProvider>
            <SessionProvider>
              <LiveProvider>
                <SoundProvider>
                  <MeanwhileProvider>
                    <UpdateNotice />
                    <WorkerMessages />
                    <RouterProvider router={router} />
                  </MeanwhileProvider>
                </SoundProvider>
              </LiveProvider>
            </SessionProvider>
          </NoticesProvider>
        </QueryClientProvider>
      </UnitsProvider>
    </LanguageProvider>
  );
}
