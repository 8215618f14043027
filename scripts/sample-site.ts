import { call } from '../test/support/spawn-platform.ts';

/** A sensor of the site: where it is, what it measures around, and how that changes over a day. */
interface SampleSensor {
  id: string;
  name: string;
  location: string;
  labels: Record<string, string>;
  /** By metric: unit (UCUM), mean, and how far the day moves it. */
  metrics: Record<string, [unit: string, mean: number, swing: number]>;
}

const freezers = ['Vaccines', 'Plasma', 'Reagents', 'Biopsies', 'Samples', 'Reserve'].map(
  (name, at): SampleSensor => ({
    id: `freezer-${at + 1}`,
    name: `Freezer ${at + 1} – ${name}`,
    location: 'lyon/cellar',
    labels: { site: 'lyon', kind: 'freezer' },
    metrics: { temperature: ['Cel', -19.5 - at / 4, 0.8] },
  }),
);
const fridges = [1, 2, 3].map(
  (at): SampleSensor => ({
    id: `fridge-${at}`,
    name: `Fridge ${at} – Pharmacy`,
    location: 'lyon/pharmacy',
    labels: { site: 'lyon', kind: 'fridge' },
    metrics: { temperature: ['Cel', 4.4 + at / 5, 0.6], humidity: ['%', 44 + at, 3] },
  }),
);
const labs = ['Chemistry', 'Microbiology', 'Clean room'].map(
  (name, at): SampleSensor => ({
    id: `lab-${at + 1}`,
    name: `Lab ${at + 1} – ${name}`,
    location: 'grenoble/lab',
    labels: { site: 'grenoble', kind: 'lab' },
    metrics: {
      temperature: ['Cel', 21 + at / 3, 1.4],
      humidity: ['%', 48 - at, 5],
      co2: ['[ppm]', 620 + at * 40, 160],
    },
  }),
);
const SENSORS = [...freezers, ...fridges, ...labs];

const [STEP_MS, DAY_MS, DAYS] = [300_000, 86_400_000, 14];
/** How it is now where it is not as always: what the alerts are of. */
const ABNORMAL: Record<string, number> = {
  'freezer-3 temperature': -11.6,
  'fridge-2 temperature': 9.3,
  'lab-1 co2': 1240,
};

function valueAt({ id, metrics }: SampleSensor, metric: string, timeMs: number): number {
  const [, mean, swing] = metrics[metric] as [string, number, number];
  const phase = id.length + id.charCodeAt(id.length - 1);
  const day = Math.sin((timeMs / DAY_MS) * 2 * Math.PI + phase);
  const noise = (((timeMs / STEP_MS + phase) * 7919) % 100) / 100 - 0.5;
  return Math.round((mean + swing * day + swing * noise * 0.5) * 100) / 100;
}

/** What all say at a time; `abnormal` = 0 as always, 1 = as wrong as it gets. */
function readingsAt(timeMs: number, abnormal: number): unknown[] {
  return SENSORS.map((sensor) => ({
    sensor_id: sensor.id,
    timestamp: new Date(timeMs).toISOString(),
    readings: Object.fromEntries(
      Object.keys(sensor.metrics).map((metric) => {
        const usual = valueAt(sensor, metric, timeMs);
        const wrong = ABNORMAL[`${sensor.id} ${metric}`] ?? usual;
        return [metric, Math.round((usual + (wrong - usual) * abnormal) * 100) / 100];
      }),
    ),
    metadata: {
      name: sensor.name,
      location: sensor.location,
      labels: sensor.labels,
    },
  }));
}

/** The newest readings, as wrong as they are now. */
export const lastReadings = (timeMs: number): unknown[] => readingsAt(timeMs, 1);

const RULES = {
  'freezer-too-warm': {
    name: { en: 'Freezer too warm', fr: 'Congélateur trop chaud' },
    where: { labels: { kind: 'freezer' } },
    when: {
      metric: 'temperature',
      above: [
        { limit: -17, severity: 'warning' },
        { limit: -15, severity: 'critical' },
      ],
    },
    instructions: {
      en: 'Check that the door is closed. Move the content to freezer 6 if it stays above −15 °C.',
      fr: 'Vérifiez que la porte est fermée. Déplacez le contenu vers le congélateur 6 au-dessus de −15 °C.',
    },
  },
  'fridge-too-warm': {
    name: { en: 'Fridge too warm', fr: 'Réfrigérateur trop chaud' },
    where: { labels: { kind: 'fridge' } },
    when: { metric: 'temperature', above: [{ limit: 8, severity: 'warning' }] },
  },
  'stale-air': {
    name: { en: 'Stale air', fr: 'Air vicié' },
    where: { labels: { kind: 'lab' } },
    when: { metric: 'co2', above: [{ limit: 1000, severity: 'info' }] },
  },
};

const CELLAR_WORDS = {
  name: 'Cellar',
  texts: [
    {
      language: 'en',
      subject: '{severity}: {title} in {location}',
      text: '{headline}\nIt is at {value}, {limit} is allowed, since {since}.\n\n{instructions}',
    },
    {
      language: 'fr',
      subject: '{severity} : {title} à {location}',
      text: '{headline}\nOn mesure {value} pour {limit} admis, depuis {since}.\n\n{instructions}',
    },
    { language: 'en', on: ['cleared'], text: 'All is well again: {where}, after {duration}.' },
    { language: 'fr', on: ['cleared'], text: 'Tout va bien : {where}, après {duration}.' },
  ],
};

const shift = { time_zone: 'Europe/Paris', shift: '7d', contacts: ['anne', 'karim'] };
const at = (timeMs: number): string => new Date(timeMs).toISOString();

async function put(url: string, body: unknown): Promise<void> {
  const answer = await call(url, 'PUT', body);
  if (answer.status >= 300) throw new Error(`${url}: ${JSON.stringify(answer.body)}`);
}

async function post(url: string, body: unknown): Promise<void> {
  const answer = await call(url, 'POST', body);
  if (answer.status >= 300) throw new Error(`${url}: ${JSON.stringify(answer.body)}`);
}

/** Two weeks of readings, rules, people who are told, and three alerts, of which one is acknowledged. */
export async function createSampleSite(url: string, webhook: string): Promise<void> {
  const nowMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  await put(`${url}/v1/templates/cellar`, CELLAR_WORDS);
  for (const id of ['anne', 'karim', 'desk'])
    await put(`${url}/v1/contacts/${id}`, { channel: 'webhook', settings: { url: webhook } });
  await put(`${url}/v1/on-call/nights`, { ...shift, starts_at: at(nowMs - 10 * DAY_MS) });
  await put(`${url}/v1/policies/cold-chain`, {
    name: 'Cold chain',
    match: { severity: ['warning', 'critical'] },
    steps: [{ on_call: ['nights'] }, { after: '10m', contacts: ['desk'] }],
    repeat: '4h',
    quiet_hours: [
      {
        time_zone: 'Europe/Paris',
        windows: [{ from: '01:00', to: '06:00' }],
        except: ['critical'],
      },
    ],
    template: 'cellar',
  });
  await put(`${url}/v1/maintenance-windows/defrost`, {
    name: 'Defrost',
    where: { sensors: ['freezer-*'] },
    time_zone: 'Europe/Paris',
    starts_at: at(nowMs + 3 * DAY_MS),
    duration: '1h',
    recurrence: 'FREQ=WEEKLY;BYDAY=MO',
  });
  const placed = freezers.map(({ id }, k) => ({ sensor_id: id, x: 0.12 + k * 0.15, y: 0.24 }));
  const others = fridges.map(({ id }, k) => ({ sensor_id: id, x: 0.16 + k * 0.2, y: 0.78 }));
  await put(`${url}/v1/places/cellar`, { name: 'Lyon, cellar', sensors: [...placed, ...others] });
  for (const [id, rule] of Object.entries(RULES)) await put(`${url}/v1/rules/${id}`, rule);
  // The last half hour gets worse step by step.
  const steps = (DAYS * DAY_MS) / STEP_MS;
  for (let from = 0; from <= steps; from += 100) {
    const readings = Array.from({ length: Math.min(100, steps + 1 - from) }, (_, k) => {
      const left = steps - from - k;
      return readingsAt(nowMs - left * STEP_MS, Math.max(0, 1 - left / 6));
    });
    await post(`${url}/v1/readings`, readings.flat());
  }
  const { body } = await call(`${url}/v1/alerts?sensor_id=fridge-2`, 'GET');
  const [alert] = body.items as { id: string }[];
  if (alert === undefined) throw new Error('fridge-2 has no alert');
  await post(`${url}/v1/alerts/${alert.id}/acknowledge`, { comment: 'On my way' });
}

/** The cellar as its architect drew it. */
export const FLOOR_PLAN = `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="560">
  <rect width="1000" height="560" fill="#fafafa"/>
  <g fill="none" stroke="#707070" stroke-width="6">
    <path d="M20 20h960v520H20zM20 300h380M480 300h500M640 300v240"/>
  </g>
  <g fill="#ececec" stroke="#b0b0b0" stroke-width="2">
    ${[0, 1, 2, 3, 4, 5].map((k) => `<rect x="${70 + k * 150}" y="60" width="100" height="150"/>`).join('')}
    ${[0, 1, 2].map((k) => `<rect x="${110 + k * 200}" y="390" width="100" height="100"/>`).join('')}
  </g>
</svg>`;
