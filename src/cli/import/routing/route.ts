import {
  listOf,
  type Members,
  membersOf,
  type Path,
  type SourceDocument,
  textOf,
} from '../config/source-document.ts';
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

/**
 * A route and all below it, as both programs write them. `matchersOf` reads the matchers of one in its program's form;
 * a text where it cannot: why.
 */
export function readRoute(
  source: SourceDocument,
  { path, route, matchersOf }: { path: Path; route: Members; matchersOf: MatchersOf },
): Route {
  const matchers = matchersOf(route);
  return {
    source,
    path,
    receiver: textOf(route.receiver),
    matchers: typeof matchers === 'string' ? [] : matchers,
    fault: typeof matchers === 'string' ? matchers : undefined,
    goesOn: route.continue === true,
    groupBy: Array.isArray(route.group_by) ? route.group_by.map(String) : undefined,
    groupWait: textOf(route.group_wait),
    groupInterval: textOf(route.group_interval),
    repeatInterval: textOf(route.repeat_interval),
    muted: listOf(route.mute_time_intervals).map(String),
    active: listOf(route.active_time_intervals).map(String),
    routes: listOf(route.routes).map((child, at) =>
      readRoute(source, { path: [...path, 'routes', at], route: membersOf(child), matchersOf }),
    ),
  };
}

type MatchersOf = (route: Members) => Matcher[] | string;

/** What became of a receiver. */
export interface ReceiverContacts {
  contacts: string[];
  /** Somebody was named there, whether or not it maps. */
  hasIntegrations: boolean;
  /** Whether the end of an alert is told: by all, by none, or by some. */
  resolved: 'all' | 'none' | 'some';
}
