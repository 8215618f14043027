import type { Contact } from '#domain/notification.ts';

/** A storm as ISA-18.2 puts it: more than 10 alarms for one person in 10 minutes, until they are fewer than 5. */
export const STORM = {
  windowMs: 10 * 60_000,
  begins: 10,
  goesOnAt: 5,
  /** From its beginning to the first digest, and from one to the next. */
  firstMs: 30_000,
  intervalMs: 3 * 60_000,
  groupKey: JSON.stringify(['storm']),
} as const;

/** Programs keep one incident for each alert, so each alert goes to them by itself. */
const CHANNELS_OF_PROGRAMS = new Set(['webhook', 'mqtt', 'pagerduty', 'opsgenie', 'null']);

/** Whether a contact is told of a storm by digests: people are, programs are not, unless they say so. */
export function wantsDigests({ channel, storm }: Pick<Contact, 'channel' | 'storm'>): boolean {
  return storm === undefined ? !CHANNELS_OF_PROGRAMS.has(channel) : storm === 'digest';
}

/** Whether a notification comes during a storm, by what was made for its contact in the window before it. */
export function isInStorm(before: { count: number; hasStorm: boolean }): boolean {
  return before.count >= (before.hasStorm ? STORM.goesOnAt - 1 : STORM.begins);
}
