import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#domain/time.ts';
import { CHART_COLORS, CHART_SIZE } from '#engine/charts/draw-chart.ts';
import { decodePng } from '#test/support/decode-png.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { createMailServer } from '#test/support/mail-server.ts';
import { MemoryHistory } from '#test/support/memory-history.ts';
import { sendRequest } from '#test/support/send-request.ts';
import { sensorRow, T0 } from '#test/support/state-rows.ts';
import { createSeriesReader } from '../../read-series.ts';
import type { ReadSeries } from '../channel.ts';
import { AlertPictures } from './alert-picture.ts';
import { createEmailChannel } from './email.ts';

const MINUTE = 60_000;
const anne = { channel: 'email', settings: { to: 'anne@example.org' } };
let store: ClosableStore;

beforeEach(async () => {
  store = await createInProcessState();
  onTestFinished(() => store.close());
  await store.db
    .insertInto('sensors')
    .values(sensorRow({ pk: 7, sensor_id: 'sensor-1' }))
    .execute();
  await store.db
    .insertInto('series')
    .values({ id: 70, sensor_pk: 7, metric: 'temperature', unit: 'Cel' })
    .execute();
});

/** Six hours and more of a freezer that gets warm in the last one, as the history has them. */
function readFreezer(): ReadSeries {
  const history = new MemoryHistory();
  for (let at = 0; at <= 600; at++) {
    const ageMs = (600 - at) * MINUTE;
    const warmth = Math.max(0, MINUTE * 60 - ageMs) / (MINUTE * 60);
    history.add(70, T0 - ageMs, 3 + warmth * 6.1);
  }
  return createSeriesReader(() => ({ state: store, history }));
}

type Contact = Parameters<typeof sendRequest>[0];
type Changes = Omit<NonNullable<Parameters<typeof sendRequest>[1]>, 'contact'> & {
  contact?: Contact;
};

async function mailWith(
  readSeries: ReadSeries | undefined,
  { contact = anne, ...changes }: Changes = {},
) {
  const server = await createMailServer(onTestFinished);
  const channel = createEmailChannel({
    allowPrivate: true,
    clock: systemClock,
    smtpUrl: server.url,
    readSeries,
  });
  onTestFinished(() => channel.close());
  expect(await channel.send(sendRequest(contact, changes))).toMatchObject({ ok: true });
  return server.mails[0]!;
}

test('an e-mail shows the last hours as a picture within it', async () => {
  const mail = await mailWith(readFreezer());
  const [image, ...others] = mail.attachments;
  expect(others).toEqual([]);
  expect(image).toMatchObject({ contentType: 'image/png', related: true });
  // The parser puts the picture in the place of its cid.
  expect(mail.html).toMatch(/<img src="data:image\/png;base64,[^"]{1000,}" alt="/);
  const png = decodePng(image!.content);
  expect([png.width, png.height]).toEqual([CHART_SIZE.width, CHART_SIZE.height]);
  const columnsOf = (color: readonly number[]) => {
    const columns = new Set<number>();
    for (let x = 0; x < png.width; x++) {
      for (let y = 0; y < png.height; y++) if (png.at(x, y).join() === color.join()) columns.add(x);
    }
    return [...columns].sort((a, b) => a - b);
  };
  // The line goes from edge to edge, and passes the limit only at its end.
  const line = columnsOf(CHART_COLORS.line);
  expect(line.length).toBeGreaterThan(480);
  const breach = columnsOf(CHART_COLORS.breach);
  expect(breach.length).toBeGreaterThan(10);
  expect(breach[0]).toBeGreaterThan(png.width * 0.9);
  expect(columnsOf(CHART_COLORS.limit).length).toBeGreaterThan(200);
  expect(mail.text).toContain('temperature 9.1 °C');
  expect(image!.content.length).toBeLessThan(60_000);
});

test.each([
  [
    'en',
    /alt="temperature of Freezer 3 over the last 6 hr: from 3 °C to 9\.1 °C, latest 9[.\d]* °C\. Limit: 8 °C\."/,
  ],
  [
    'fr',
    /alt="température de Freezer 3 sur les dernières 6 h : de 3 °C à 9,1 °C, dernière valeur 9[,\d]* °C\. Limite : 8 °C\."/,
  ],
] as const)('what it shows is said in the language of the reader (%s)', async (language, alt) => {
  const mail = await mailWith(readFreezer(), { contact: { ...anne, language } });
  expect(String(mail.html).replace(/[\u00a0\u202f]/g, ' ')).toMatch(alt);
});

test('the history is asked for six hours, in no more than 200 buckets', async () => {
  const asked: Parameters<ReadSeries>[0][] = [];
  const read = readFreezer();
  await mailWith((question) => {
    asked.push(question);
    return read(question);
  });
  expect(asked).toEqual([
    {
      customer: 'main',
      sensorId: 'sensor-1',
      metric: 'temperature',
      fromMs: T0 + 1 - 360 * MINUTE,
      toMs: T0 + 1,
      points: 200,
    },
  ]);
  const series = await read(asked[0]!);
  expect(series!.count).toBeLessThanOrEqual(200);
  expect(series!.count).toBeGreaterThan(100);
});

const { payload } = sendRequest(anne);
const digest = { ...payload!, digest: { reason: 'group' as const, members: [payload!] } };

/** Made once the store is there. */
type Making = () => ReadSeries | undefined;
const asking = (changes: Partial<Parameters<ReadSeries>[0]>): Making => {
  return () => {
    const read = readFreezer();
    return (question) => read({ ...question, ...changes });
  };
};

test.each<[string, Making, Changes?]>([
  ['there is no history', () => undefined],
  ['the history fails', () => () => Promise.reject(new Error('disk'))],
  [
    'the history is not open',
    () => () => {
      throw new Error('not yet');
    },
  ],
  ['the sensor is gone', asking({ sensorId: 'gone' })],
  ['the metric is gone', asking({ metric: 'gone' })],
  ['nothing was measured', asking({ fromMs: 0, toMs: 1 })],
  [
    'the contact wants none',
    readFreezer,
    { contact: { ...anne, settings: { ...anne.settings, chart: false } } },
  ],
  ['it is about several alerts', readFreezer, { type: 'digest', payload: digest }],
  ['it is a test', readFreezer, { type: 'test', payload: null }],
  ['it is about no metric', readFreezer, { alert: { metric: null } }],
])('where %s the mail goes without a picture', async (_, make, changes) => {
  const mail = await mailWith(make(), changes);
  expect(mail.attachments).toEqual([]);
  expect(mail.html).not.toContain('<img');
  expect(mail.subject).not.toBe('');
});

test('a history that hangs holds up one mail for a moment, and the next ones not at all', async () => {
  let asked = 0;
  const pictures = new AlertPictures({
    clock: systemClock,
    readMs: 50,
    readSeries: () => {
      asked++;
      return new Promise(() => undefined);
    },
  });
  const beganMs = performance.now();
  expect(await pictures.of(sendRequest(anne))).toBeUndefined();
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(45);
  expect(await pictures.of(sendRequest(anne, { alert: { sensor_id: 'other' } }))).toBeUndefined();
  expect(asked).toBe(1);
});

test('an alert that many are told of is read once', async () => {
  let asked = 0;
  const read = readFreezer();
  const pictures = new AlertPictures({
    clock: systemClock,
    readSeries: (question) => {
      asked++;
      return read(question);
    },
  });
  const made = await Promise.all(Array.from({ length: 20 }, () => pictures.of(sendRequest(anne))));
  expect(made.every((one) => one !== undefined)).toBe(true);
  expect(asked).toBe(1);
});
