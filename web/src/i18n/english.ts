import alerts from './en/alerts.json';
import overview from './en/overview.json';
import shell from './en/shell.json';
import words from './en/words.json';

/** Every text of the dashboard in English (ICU message format), one file for each page. */
export const english = { alerts, overview, shell, words };
