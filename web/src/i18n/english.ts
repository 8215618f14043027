import alerts from './en/alerts.json';
import messages from './en/messages.json';
import notifications from './en/notifications.json';
import overview from './en/overview.json';
import places from './en/places.json';
import push from './en/push.json';
import quality from './en/quality.json';
import rules from './en/rules.json';
import sensor from './en/sensor.json';
import sensors from './en/sensors.json';
import settings from './en/settings.json';
import shell from './en/shell.json';
import words from './en/words.json';

/** Every text of the dashboard in English (ICU message format), one file for each page. */
export const english = {
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
