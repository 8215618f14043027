import type { NotificationPayload } from '#domain/notification-payload.ts';
import { parseTime } from '#domain/time.ts';
import { type Chart, type ChartSeries, drawChart } from '#engine/charts/draw-chart.ts';
import { encodePng } from '#engine/charts/png.ts';
import { translate } from '#engine/messages/catalog.ts';
import { describeAlert } from '#engine/messages/describe-alert.ts';
import {
  formatClock,
  formatLength,
  formatNumber,
  formatQuantity,
} from '#engine/messages/format.ts';
import type { ReadSeries, SendRequest, SeriesQuestion } from '../channel.ts';

/** What is shown, up to when the notification was made. */
const SHOWN_MS = 6 * 3_600_000;
const POINTS = 200;
/** A mail does not wait for its picture for longer. */
const READ_MS = 1500;
/** After a history that was too slow, nobody waits for it for so long. */
const PAUSE_MS = 30_000;
const MOST_READS = 4;
const MOST_KEPT = 32;

export interface AlertPicture {
  png: Buffer;
  /** What it shows, in the reader's language. */
  alt: string;
}

/**
 * Pictures of what led to an alert. An e-mail is never late nor lost for want of one: where the history fails, is slow or
 * busy there is none.
 */
export class AlertPictures {
  readonly #read: ReadSeries | undefined;
  readonly #clock: { now(): number };
  readonly #readMs: number;
  /** By question: an alert that many are told of is read once. */
  readonly #known = new Map<string, Promise<ChartSeries | undefined>>();
  #reads = 0;
  #pausedUntilMs = 0;

  constructor(options: {
    readSeries?: ReadSeries | undefined;
    clock: { now(): number };
    readMs?: number | undefined;
  }) {
    this.#read = options.readSeries;
    this.#clock = options.clock;
    this.#readMs = options.readMs ?? READ_MS;
  }

  /** undefined where there is nothing to show. Does not reject. */
  async of(request: SendRequest): Promise<AlertPicture | undefined> {
    const { payload, createdMs, customer } = request;
    if (payload === null || payload.digest || payload.alert.metric === null) return undefined;
    const { sensor_id: sensorId, metric, started_at } = payload.alert;
    const toMs = Math.max(createdMs, timeOf(started_at) ?? createdMs) + 1;
    const question = { customer, sensorId, metric, fromMs: toMs - SHOWN_MS, toMs, points: POINTS };
    try {
      const series = await this.#seriesOf(question);
      return series && series.count > 1
        ? picture(request, payload, { series, ...question })
        : undefined;
    } catch {
      return undefined;
    }
  }

  #seriesOf(question: SeriesQuestion): Promise<ChartSeries | undefined> {
    const key = JSON.stringify(question);
    const known = this.#known.get(key);
    if (known) return known;
    const isBusy = this.#reads >= MOST_READS || this.#clock.now() < this.#pausedUntilMs;
    if (this.#read === undefined || isBusy) return Promise.resolve(undefined);
    const asked = this.#within(this.#read(question));
    this.#known.set(key, asked);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KEPT && oldest !== undefined) this.#known.delete(oldest);
    // What failed may be there for the next mail.
    asked.catch(() => this.#known.delete(key));
    return asked;
  }

  /** The read goes on by itself when the time is up: it cannot be taken back, only not be waited for. */
  async #within(reading: Promise<ChartSeries | undefined>): Promise<ChartSeries | undefined> {
    this.#reads++;
    const done = () => void this.#reads--;
    reading.then(done, done);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#pausedUntilMs = this.#clock.now() + PAUSE_MS;
      reject(new Error('the history was too slow'));
    }, this.#readMs);
    try {
      return await Promise.race([reading, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function picture(
  { contact }: SendRequest,
  payload: NotificationPayload,
  shown: { series: ChartSeries; fromMs: number; toMs: number },
): AlertPicture {
  const { language, time_zone: timeZone } = contact;
  const { series, fromMs, toMs } = shown;
  const { unit, started_at } = payload.alert;
  const png = encodePng(
    drawChart({
      ...shown,
      limit: limitOf(payload),
      sinceMs: timeOf(started_at),
      formatValue: (value) => formatNumber(value, language),
      formatTime: (timeMs) => formatClock(timeMs, timeZone),
    }),
  );
  const { metric, sensor, limit } = describeAlert(payload, contact);
  const quantity = (value: number) => formatQuantity(value, { unit, language });
  const said = translate(language, 'chart', {
    metric,
    sensor,
    length: formatLength(toMs - fromMs, language),
    lowest: quantity(Math.min(...series.min.subarray(0, series.count))),
    highest: quantity(Math.max(...series.max.subarray(0, series.count))),
    latest: quantity(series.mean[series.count - 1]!),
  });
  const isLimited = limitOf(payload) !== undefined;
  return {
    png,
    alt: isLimited ? `${said} ${translate(language, 'chart.limit', { limit })}` : said,
  };
}

/** Of a change, a stuck value or a silence there is no line to draw. */
function limitOf({ alert }: NotificationPayload): Chart['limit'] {
  const { limit: value, condition } = alert;
  if (value === null) return undefined;
  switch (condition) {
    case 'above':
    case 'below':
      return { value, side: condition };
    case 'outside':
    case 'forecast': {
      const isAbove =
        condition === 'outside' ? (alert.value ?? value) > value : (alert.value ?? value) < value;
      return { value, side: isAbove ? 'above' : 'below' };
    }
    default:
      return undefined;
  }
}

function timeOf(time: string): number | undefined {
  const parsed = parseTime(time);
  return parsed.ok ? parsed.ms : undefined;
}
