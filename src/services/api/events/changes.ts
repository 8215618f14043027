import type { LiveTopic } from './event-ring.ts';

// Tested by: live-hub.test.ts

export interface HubEvent {
  topic: LiveTopic;
  name: string;
  sensorId: string | null;
  data: unknown;
}

/** Alerts have events of their own; the others are nothing that is shown. */
const UNTOLD = new Set(['alert', 'session', 'backup']);
/** Only who administers may list these: listeners hear that there was a change, not of which. */
const UNNAMED = new Set(['key']);

/** The event of a change, from its audit entry (`rule.put`, `rule/hot`); undefined where there is nothing to tell. */
export function changeOf(action: string, target: string): HubEvent | undefined {
  const [kind = '', verb = ''] = action.split(/\.(.*)/, 2);
  if (UNTOLD.has(kind)) return undefined;
  const id = target.slice(target.indexOf('/') + 1);
  if (kind === 'sensor') return sensorChange(verb, id);
  const data = { kind, id: UNNAMED.has(kind) ? null : id, action: verb };
  return { topic: 'changes', name: 'change', sensorId: null, data };
}

/** Of one sensor, or of several at once (`id` null). */
export function sensorChange(action: string, id: string | null): HubEvent {
  const data = { kind: 'sensor', id, action };
  return { topic: 'changes', name: 'change', sensorId: id, data };
}
