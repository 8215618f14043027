import type { ToldBefore } from '#domain/notification-payload.ts';
import { parseTime } from '#domain/time.ts';
import { isMessageKey, translate } from './catalog.ts';
import type { MessageReader } from './describe-alert.ts';
import { formatTimeOfDay } from './format.ts';
import { oneLine } from './plain-text.ts';

const MOST_NAMES = 10;

/** `Ana (SMS 02:10), Bo (e-mail 02:10, not reached)`, in the reader's time zone; '' where nobody was told. */
export function toldBeforeText(
  told: readonly ToldBefore[] | undefined,
  { language, time_zone: timeZone }: MessageReader,
): string {
  if (told === undefined || told.length === 0) return '';
  const times = told.map(({ at }) => timeMs(at));
  const lastMs = Math.max(...times);
  const texts = told.slice(0, MOST_NAMES).map(({ name, channel, is_reached: isReached }, at) => {
    const time = formatTimeOfDay(times[at]!, { language, timeZone, besideMs: lastMs });
    const values = { name: oneLine(name), channel: channelWord(channel, language), time };
    return translate(language, isReached ? 'told_before' : 'told_before.unreached', values);
  });
  const more = told.length - texts.length;
  if (more > 0) texts.push(translate(language, 'told_before.more', { count: more }));
  return texts.join(', ');
}

function channelWord(channel: string, language: MessageReader['language']): string {
  const key = `channel.${channel}`;
  return isMessageKey(key) ? translate(language, key) : channel;
}

function timeMs(time: string): number {
  const parsed = parseTime(time);
  return parsed.ok ? parsed.ms : 0;
}
