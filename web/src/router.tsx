import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { Crashed } from './shell/crashed.tsx';
import { LostPage } from './shell/lost-page.tsx';
import { Shell } from './shell/shell.tsx';

// One entry a page; its code is fetched when it is first opened.

const root = createRootRoute({ component: Shell, notFoundComponent: LostPage });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  component: lazyRouteComponent(() => import('./pages/alerts/alerts-page.tsx'), 'AlertsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([overview, alerts]),
  defaultPreload: 'intent',
  defaultErrorComponent: Crashed,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
