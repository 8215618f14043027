import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { ApiKey } from '#domain/access.ts';
import type { AlarmQuality } from '#domain/alarm-quality.ts';
import type { Alert } from '#domain/alert.ts';
import type { ChannelList } from '#domain/channel.ts';
import type { MaintenanceWindowView } from '#domain/maintenance-window.ts';
import type { Delivery } from '#domain/notification.ts';
import type { OnCallView } from '#domain/on-call.ts';
import type { Overview } from '#domain/overview.ts';
import type { Place } from '#domain/place.ts';
import type { PlatformSettings } from '#domain/platform-settings.ts';
import type { PolicyPreview } from '#domain/policy-preview.ts';
import type { Rule, Severity } from '#domain/rule.ts';
import type { SelfWatch } from '#domain/self-watch.ts';
import type { Sensor } from '#domain/sensor.ts';
import type { Simulation } from '#domain/simulation.ts';
import type { TemplatePreview, TemplatePreviewInput } from '#domain/template.ts';
import { ask } from './ask.ts';
import { askAll } from './ask-all.ts';

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export interface Status {
  version: string;
  started_at: string;
  readings_accepted: number;
  samples_stored: number;
  mqtt_port: number | null;
}

// Keys begin with the collection: a live change or an action invalidates all that shows it by that word.

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => ask<Status>('GET /v1/status', { signal }),
});

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => ask<PlatformSettings>('GET /v1/settings', { signal }),
  // Data grow without a word on the live stream.
  refetchOnMount: 'always',
});

export type AlertFilter = Partial<
  Record<
    | 'state'
    | 'open'
    | 'shelved'
    | 'suppressed'
    | 'severity'
    | 'sensor_id'
    | 'rule_id'
    | 'acknowledged'
    | 'from'
    | 'to',
    string
  >
>;

export const alertsQuery = (filter: AlertFilter = {}, limit = 200) =>
  queryOptions({
    queryKey: ['alerts', 'list', filter, limit],
    queryFn: ({ signal }) =>
      ask<Page<Alert>>('GET /v1/alerts', { query: { ...filter, limit }, signal }),
  });

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) =>
      ask<Alert>(`GET /v1/alerts/${encodeURIComponent(id)}`, { query: { history: true }, signal }),
  });

export const deliveriesQuery = (filter: Readonly<Record<string, string>>, limit = 100) =>
  queryOptions({
    queryKey: ['deliveries', 'list', filter, limit],
    queryFn: ({ signal }) =>
      ask<Page<Delivery>>('GET /v1/deliveries', { query: { ...filter, limit }, signal }),
  });

export const sensorQuery = (id: string) =>
  queryOptions({
    queryKey: ['sensors', 'one', id],
    queryFn: ({ signal }) => ask<Sensor>(`GET /v1/sensors/${encodeURIComponent(id)}`, { signal }),
  });

/** Addresses longer than 16 KB are refused on the way. */
const MOST_CHARS = 6000;

/** The ids in groups, each short enough for an address; a comma goes between two. */
export function groupsOfIds(ids: readonly string[]): string[][] {
  const groups: string[][] = [];
  let chars = MOST_CHARS;
  for (const id of ids) {
    const length = encodeURIComponent(`${id},`).length;
    if (chars + length > MOST_CHARS) {
      groups.push([]);
      chars = 0;
    }
    groups.at(-1)?.push(id);
    chars += length;
  }
  return groups;
}

/** These sensors by their ids, those that are not there left out; one question, or a few where ids are long. */
export const sensorsOfQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['sensors', 'of', ids],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, Sensor>> => {
      const pages = await Promise.all(
        groupsOfIds(ids).map((group) =>
          ask<Page<Sensor>>('GET /v1/sensors', { query: { ids: group }, signal }),
        ),
      );
      return new Map(pages.flatMap(({ items }) => items.map((item) => [item.id, item])));
    },
    placeholderData: (before) => before,
  });

export type SensorFilter = Readonly<Record<string, string | undefined>>;

/** By pages of 500: the list grows while the reader scrolls. */
export const sensorsQuery = (filter: SensorFilter = {}, limit = 500) =>
  infiniteQueryOptions({
    queryKey: ['sensors', 'list', filter, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask<Page<Sensor>>('GET /v1/sensors', {
        query: { ...filter, limit, cursor: pageParam },
        signal,
      }),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });

/** By pages, as the sensors; `q` is text within id or name. */
export const rulesQuery = (q?: string, limit = 500) =>
  infiniteQueryOptions({
    queryKey: ['rules', 'list', { q }, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask<Page<Rule>>('GET /v1/rules', { query: { q, limit, cursor: pageParam }, signal }),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });

/** These rules by their ids, those that are not there left out. */
export const rulesOfQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['rules', 'of', ids],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, Rule>> => {
      const pages = await Promise.all(
        groupsOfIds(ids).map((group) =>
          ask<Page<Rule>>('GET /v1/rules', { query: { ids: group }, signal }),
        ),
      );
      return new Map(pages.flatMap(({ items }) => items.map((item) => [item.id, item])));
    },
    placeholderData: (before) => before,
    enabled: ids.length > 0,
  });

/** Whatever covers a sensor with these labels, however many rules there are. */
export const rulesOfSensorQuery = (sensorId: string, labels: Sensor['labels']) =>
  queryOptions({
    // Other labels are other rules: it is asked again.
    queryKey: ['rules', 'of sensor', sensorId, labels],
    queryFn: ({ signal }) =>
      askAll<Rule>('GET /v1/rules', { query: { sensor_id: sensorId, limit: 1000 }, signal }),
  });

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['rules', 'one', id],
    queryFn: ({ signal }) => ask<Rule>(`GET /v1/rules/${encodeURIComponent(id)}`, { signal }),
  });

export const qualityQuery = queryOptions({
  // Under the alerts: what changes those changes this.
  queryKey: ['alerts', 'quality'],
  queryFn: ({ signal }) => ask<AlarmQuality>('GET /v1/alarm-quality', { signal }),
});

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => ask<Page<ApiKey>>('GET /v1/api-keys', { query: { limit: 200 }, signal }),
});

export const selfWatchQuery = queryOptions({
  queryKey: ['self-watch'],
  queryFn: ({ signal }) => ask<SelfWatch>('GET /v1/self-watch', { signal }),
});

/** All contacts, policies, rotations or windows, to choose from. */
export const documentsQuery = <Document>(collection: string) =>
  queryOptions({
    queryKey: [collection, 'all'],
    queryFn: ({ signal }) =>
      askAll<Document>(`GET /v1/${collection}`, { query: { limit: 1000 }, signal }),
  });

/** By pages; `q` is text within id or name. */
export const documentPagesQuery = <Document>(collection: string, q?: string, limit = 200) =>
  infiniteQueryOptions({
    queryKey: [collection, 'list', { q }, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask<Page<Document>>(`GET /v1/${collection}`, {
        query: { q, limit, cursor: pageParam },
        signal,
      }),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });

interface AlertAskedAbout {
  rule?: string | undefined;
  sensor?: string | undefined;
  severity?: Severity | undefined;
}

/** Who would be told of this alert: below the policies, so that what changes those asks again. */
export const policyPreviewQuery = ({ rule, sensor, severity }: AlertAskedAbout) =>
  queryOptions({
    queryKey: ['policies', 'preview', { rule, sensor, severity }],
    queryFn: ({ signal }) =>
      ask<PolicyPreview>('POST /v1/policies/preview', {
        body: { alert: { rule_id: rule, sensor_id: sensor, severity } },
        signal,
      }),
    enabled: rule !== undefined && sensor !== undefined,
  });

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => ask<ChannelList>('GET /v1/channels', { signal }),
});

/** What texts make of an alert; asked again at each change of them. */
export const templatePreviewQuery = (body: TemplatePreviewInput) =>
  queryOptions({
    queryKey: ['templates', 'preview', body],
    queryFn: ({ signal }) => ask<TemplatePreview>('POST /v1/templates/preview', { body, signal }),
  });

const LONGEST_MS = 3_600_000;

/** How long an answer holds that changes by the clock alone, ms: until just after the next of its times. */
export function holdsFor(times: readonly (string | null)[], nowMs = Date.now()): number {
  const ahead = times.map((time) => Date.parse(time ?? '') - nowMs).filter((ms) => ms > 0);
  return Math.min(LONGEST_MS, ...ahead) + 1000;
}

export const onCallQuery = (id: string) =>
  queryOptions({
    queryKey: ['on-call', 'one', id],
    queryFn: ({ signal }) =>
      ask<OnCallView>(`GET /v1/on-call/${encodeURIComponent(id)}`, { signal }),
    // Who is on call changes by the clock; a page that is left open overnight must not name yesterday's.
    refetchInterval: ({ state: { data } }) => holdsFor(data?.handovers.map(({ at }) => at) ?? []),
    refetchIntervalInBackground: true,
  });

export const maintenanceQuery = (id: string) =>
  queryOptions({
    queryKey: ['maintenance-windows', 'one', id],
    queryFn: ({ signal }) =>
      ask<MaintenanceWindowView>(`GET /v1/maintenance-windows/${encodeURIComponent(id)}`, {
        signal,
      }),
    refetchInterval: ({ state: { data } }) =>
      holdsFor(data?.next.flatMap(({ starts_at, ends_at }) => [starts_at, ends_at]) ?? []),
    refetchIntervalInBackground: true,
  });

export const simulationQuery = queryOptions({
  queryKey: ['simulation'],
  queryFn: ({ signal }) => ask<Simulation>('GET /v1/simulation', { signal }),
  // Somebody else may have started or stopped it, which the live stream does not tell.
  refetchOnMount: 'always',
});

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => ask<Overview>('GET /v1/overview', { signal }),
});

export const placeAddress = (id: string) => `/v1/places/${encodeURIComponent(id)}` as const;

/** Another address for another picture: a browser shows the new one at once. */
export const pictureAddress = (id: string, etag?: string) =>
  `${placeAddress(id)}/picture${etag === undefined ? '' : `?v=${etag}`}` as const;

export const placeQuery = (id: string) =>
  queryOptions({
    queryKey: ['places', 'one', id],
    queryFn: ({ signal }) => ask<Place>(`GET ${placeAddress(id)}`, { signal }),
  });
