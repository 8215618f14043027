import type { Path, SourceDocument } from '../config/source-document.ts';
import type { Matcher } from '../prometheus/parse-promql.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

/** A node of a routing tree, as Alertmanager and Grafana have them; what it leaves open it takes from the one above. */
export interface Route {
  source: SourceDocument;
  path: Path;
  receiver: string | undefined;
  matchers: Matcher[];
  /** Its matchers could not be read: why. */
  fault: string | undefined;
  goesOn: boolean;
  groupBy: string[] | undefined;
  groupWait: string | undefined;
  groupInterval: string | undefined;
  repeatInterval: string | undefined;
  /** Names of intervals in which it is quiet, and in which alone it is not. */
  muted: string[];
  active: string[];
  routes: Route[];
}

/** What became of a receiver. */
export interface ReceiverContacts {
  contacts: string[];
  /** Somebody was named there, whether or not it maps. */
  hasIntegrations: boolean;
  /** Whether the end of an alert is told: by all, by none, or by some. */
  resolved: 'all' | 'none' | 'some';
}
