// The page's side of public/sw.js. Tested by: test/browser/installed.test.ts

/** undefined where the browser has none: without https:, or in a private window of some. */
export const registration = register();

async function register(): Promise<ServiceWorkerRegistration | undefined> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return undefined;
  // What is on the screen first comes first.
  if (document.readyState !== 'complete')
    await new Promise((loaded) => window.addEventListener('load', loaded, { once: true }));
  try {
    return await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  } catch {
    // The page works without; the browser says why in its console.
    return undefined;
  }
}

/** Calls `tell` with a worker of a newer version that waits for this page to let the old one go. */
export function onNewVersion(tell: (worker: ServiceWorker) => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const tellOnce = (worker: ServiceWorker | null | undefined) => {
    // The very first one replaces nothing.
    if (worker && navigator.serviceWorker.controller !== null && !signal.aborted) tell(worker);
  };
  void registration.then((found) => {
    tellOnce(found?.waiting);
    found?.addEventListener(
      'updatefound',
      () => {
        const worker = found.installing;
        worker?.addEventListener(
          'statechange',
          () => worker.state === 'installed' && tellOnce(worker),
          { signal },
        );
      },
      { signal },
    );
  });
  return () => stop.abort();
}

/** Lets the new version have this page, which is then loaded anew. */
export function takeOver(worker: ServiceWorker): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  });
  worker.postMessage('take-over');
}
