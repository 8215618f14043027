import type { english } from './english.ts';
import alerts from './fr/alerts.json';
import messages from './fr/messages.json';
import notifications from './fr/notifications.json';
import overview from './fr/overview.json';
import places from './fr/places.json';
import push from './fr/push.json';
import quality from './fr/quality.json';
import rules from './fr/rules.json';
import sensor from './fr/sensor.json';
import sensors from './fr/sensors.json';
import settings from './fr/settings.json';
import shell from './fr/shell.json';
import words from './fr/words.json';

/** Every text of the dashboard in French; the type holds it to the same names as English. */
export const french: typeof english = {
  alerts,
  messages,
  notifications,
  overview,
  places,
  push,
  quality,
  rules,
  sensor,
  sensors,
  settings,
  shell,
  words,
};
