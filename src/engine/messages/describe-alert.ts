// Tested by: render-message.test.ts
import type { Language } from '#domain/language.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import { parseTime } from '#domain/time.ts';
import type { UnitWishes } from '#domain/unit-conversion.ts';
import { isMessageKey, localized, translate } from './catalog.ts';
import { formatLength, formatMoment, formatNumber, formatQuantity } from './format.ts';
import { oneLine } from './plain-text.ts';
import { readerQuantity } from './reader-quantity.ts';
import type { TemplateValues } from './rule-template.ts';
import { unitText } from './unit-text.ts';

/** For whom a message is written. */
export interface MessageReader {
  language: Language;
  /** IANA time zone. */
  time_zone: string;
  /** Units that are shown in the place of those of the sensor. */
  units?: UnitWishes | undefined;
}

/** An alert in the words of one reader: every text is one line, '' where there is nothing to say. */
export interface AlertWords {
  title: string;
  condition: string;
  severity: string;
  previous: string;
  sensor: string;
  /** The sensor with its place. */
  where: string;
  sensorAndId: string;
  location: string;
  metric: string;
  /** With their unit. */
  value: string;
  limit: string;
  peak: string;
  /** In the reader's unit; 0 where there is none. */
  valueNumber: number;
  limitNumber: number;
  since: string;
  cleared: string;
  duration: string;
  acknowledged: string;
  by: string;
  /** For the rule's own texts. */
  template: TemplateValues;
}

export function describeAlert(payload: NotificationPayload, reader: MessageReader): AlertWords {
  const { alert, rule, sensor } = payload;
  const { language, time_zone: timeZone } = reader;
  const read = readerQuantity(oneLine(alert.unit ?? ''), reader.units, {
    all: [alert.value, alert.limit, alert.peak],
    isLimitDifference: alert.condition === 'change',
  });
  const { unit } = read;
  const quantity = (value: number | null) =>
    value === null ? '' : formatQuantity(read.value(value), { unit, language });
  const moment = (time: string | null) => {
    const ms = timeMs(time);
    return ms === undefined ? '' : formatMoment(ms, { language, timeZone });
  };
  const unknown = translate(language, 'unknown');
  const location = oneLine(sensor.location ?? '');
  const name = oneLine(sensor.name ?? '') || sensor.id;
  const metric = metricWord(alert.metric, language);
  const value = quantity(alert.value);
  const limit =
    alert.limit === null ? '' : formatQuantity(read.limit(alert.limit), { unit, language });
  const severity = translate(language, `severity.${alert.severity}`);
  const since = moment(alert.started_at);
  const lengthMs =
    (timeMs(alert.cleared_at) ?? Number.NaN) - (timeMs(alert.started_at) ?? Number.NaN);
  return {
    title: oneLine(localized(rule.name, language) ?? '') || usualTitle(payload, language),
    condition: sentence(payload, {
      language,
      values: { metric, value: value || unknown, limit: limit || unknown },
    }),
    severity,
    previous: translate(language, `severity.${payload.previous_severity ?? alert.severity}`),
    sensor: name,
    where: location === '' ? name : `${name} (${location})`,
    sensorAndId: name === sensor.id ? name : `${name} (${sensor.id})`,
    location,
    metric,
    value,
    limit,
    valueNumber: read.value(alert.value ?? Number.NaN) || 0,
    limitNumber: read.limit(alert.limit ?? Number.NaN) || 0,
    peak: alert.peak === alert.value ? '' : quantity(alert.peak),
    since,
    cleared: moment(alert.cleared_at),
    duration: Number.isNaN(lengthMs) ? unknown : formatLength(lengthMs, language),
    acknowledged: moment(alert.acknowledged_at),
    by: oneLine(alert.acknowledged_by ?? '') || translate(language, 'someone'),
    template: {
      value: alert.value === null ? unknown : formatNumber(read.value(alert.value), language),
      limit: alert.limit === null ? unknown : formatNumber(read.limit(alert.limit), language),
      sensor: name,
      location,
      unit: unitText(unit),
      metric,
      severity,
      since,
    },
  };
}

function usualTitle({ alert, rule }: NotificationPayload, language: Language): string {
  const key = `title.${alert.condition}`;
  return translate(language, isMessageKey(key) ? key : 'title.expression', { rule: rule.id });
}

function sentence(
  { alert }: NotificationPayload,
  { language, values }: { language: Language; values: Record<string, string> },
): string {
  const key = `condition.${alert.condition}`;
  return translate(language, isMessageKey(key) ? key : 'condition.expression', values);
}

function metricWord(metric: string | null, language: Language): string {
  if (metric === null) return '';
  const key = `metric.${metric}`;
  return isMessageKey(key) ? translate(language, key) : metric;
}

function timeMs(time: string | null): number | undefined {
  const parsed = time === null ? undefined : parseTime(time);
  return parsed?.ok ? parsed.ms : undefined;
}
