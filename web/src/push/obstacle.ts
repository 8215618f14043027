import { registration } from '../shell/worker.ts';

/**
 * Why a browser cannot be told. `insecure`: the page came over http: from another machine; `home_screen`: an iPhone or
 * iPad tells only what was added to its home screen; `unsupported`: it has no Push API, or none in this window;
 * `no_worker`: it lets no service worker in; `denied`: somebody said no, or the window is a private one.
 */
export type Obstacle = 'insecure' | 'home_screen' | 'unsupported' | 'no_worker' | 'denied';

export async function findObstacle(): Promise<Obstacle | undefined> {
  if (!window.isSecureContext) return 'insecure';
  if (!('PushManager' in window) || !('Notification' in window)) {
    const { standalone } = navigator as Navigator & { standalone?: boolean };
    return standalone === false ? 'home_screen' : 'unsupported';
  }
  if (Notification.permission === 'denied') return 'denied';
  return (await registration) === undefined ? 'no_worker' : undefined;
}
