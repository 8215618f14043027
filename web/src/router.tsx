import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { readAlertsSearch } from './pages/alerts/alerts-search.ts';
import { readLedgerSearch } from './pages/notifications/ledger-search.ts';
import { readPreviewSearch } from './pages/notifications/preview-search.ts';
import { readSensorSearch } from './pages/sensor/sensor-search.ts';
import { readSensorsSearch } from './pages/sensors/sensors-search.ts';
import { Crashed } from './shell/crashed.tsx';
import { LostPage } from './shell/lost-page.tsx';
import { Shell } from './shell/shell.tsx';
import { readTextSearch } from './ui/text-search.ts';

// One entry a page; its code is fetched when it is first opened.

const root = createRootRoute({ component: Shell, notFoundComponent: LostPage });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  // The links of messages.
  beforeLoad({ location: { hash } }) {
    const id = new URLSearchParams(hash).get('alert');
    if (id !== null) throw redirect({ to: '/alerts/$id', params: { id }, replace: true });
  },
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const sensors = createRoute({
  getParentRoute: () => root,
  path: '/sensors',
  validateSearch: readSensorsSearch,
  component: lazyRouteComponent(() => import('./pages/sensors/sensors-page.tsx'), 'SensorsPage'),
});

const sensor = createRoute({
  getParentRoute: () => root,
  path: '/sensors/$id',
  validateSearch: readSensorSearch,
  component: lazyRouteComponent(() => import('./pages/sensor/sensor-page.tsx'), 'SensorPage'),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  validateSearch: readAlertsSearch,
  component: lazyRouteComponent(() => import('./pages/alerts/alerts-page.tsx'), 'AlertsPage'),
});

const alert = createRoute({
  getParentRoute: () => root,
  path: '/alerts/$id',
  component: lazyRouteComponent(() => import('./pages/alerts/alert-page.tsx'), 'AlertPage'),
});

const rules = createRoute({
  getParentRoute: () => root,
  path: '/rules',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(() => import('./pages/rules/rules-page.tsx'), 'RulesPage'),
});

const rule = createRoute({
  getParentRoute: () => root,
  path: '/rules/$id',
  component: lazyRouteComponent(() => import('./pages/rules/rule-page.tsx'), 'RulePage'),
});

const quality = createRoute({
  getParentRoute: () => root,
  path: '/alarm-quality',
  component: lazyRouteComponent(() => import('./pages/quality/quality-page.tsx'), 'QualityPage'),
});

const places = createRoute({
  getParentRoute: () => root,
  path: '/places',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(() => import('./pages/places/places-page.tsx'), 'PlacesPage'),
});

const place = createRoute({
  getParentRoute: () => root,
  path: '/places/$id',
  component: lazyRouteComponent(() => import('./pages/places/place-page.tsx'), 'PlacePage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
});

const notifications = createRoute({
  getParentRoute: () => root,
  path: '/notifications',
  component: lazyRouteComponent(
    () => import('./pages/notifications/notifications-page.tsx'),
    'NotificationsPage',
  ),
});

const contacts = createRoute({
  getParentRoute: () => notifications,
  path: '/',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(
    () => import('./pages/notifications/contacts-page.tsx'),
    'ContactsPage',
  ),
});

const policies = createRoute({
  getParentRoute: () => notifications,
  path: '/policies',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(
    () => import('./pages/notifications/policies-page.tsx'),
    'PoliciesPage',
  ),
});

const onCall = createRoute({
  getParentRoute: () => notifications,
  path: '/on-call',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(
    () => import('./pages/notifications/on-call-page.tsx'),
    'OnCallPage',
  ),
});

const maintenance = createRoute({
  getParentRoute: () => notifications,
  path: '/maintenance',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(
    () => import('./pages/notifications/maintenance-page.tsx'),
    'MaintenancePage',
  ),
});

const messages = createRoute({
  getParentRoute: () => notifications,
  path: '/messages',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(
    () => import('./pages/notifications/messages-page.tsx'),
    'MessagesPage',
  ),
});

const preview = createRoute({
  getParentRoute: () => notifications,
  path: '/preview',
  validateSearch: readPreviewSearch,
  component: lazyRouteComponent(
    () => import('./pages/notifications/preview-page.tsx'),
    'PreviewPage',
  ),
});

const ledger = createRoute({
  getParentRoute: () => notifications,
  path: '/ledger',
  validateSearch: readLedgerSearch,
  component: lazyRouteComponent(
    () => import('./pages/notifications/ledger-page.tsx'),
    'LedgerPage',
  ),
});

const notificationPages = notifications.addChildren([
  contacts,
  policies,
  onCall,
  maintenance,
  messages,
  preview,
  ledger,
]);

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    sensors,
    sensor,
    places,
    place,
    alerts,
    alert,
    rules,
    rule,
    quality,
    notificationPages,
    settings,
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: Crashed,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
