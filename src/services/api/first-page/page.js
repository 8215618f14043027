const SHOWN = 100;
const el = (id) => document.getElementById(id);
const t = (name) => el(`t-${name}`)?.textContent ?? name;
let language = navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
let state = 'connecting';
let givenKey = '<KEY>'; // replaced while the page lives by an API key that was just entered
let mqttPort = null;
let counted; // the count before and its time, for the rate
let source;
let timer;
const sensors = new Map();
const alerts = new Map();

const number = (value) => value.toLocaleString(language, { maximumFractionDigits: 3 });
const STYLE = { dateStyle: 'medium', timeStyle: 'medium' };
const time = (text) => (text ? new Date(text).toLocaleString(language, STYLE) : '–');
const quantity = (value, unit) =>
  value === null ? '–' : `${number(value)}\u00a0${unit === 'Cel' ? '°C' : (unit ?? '')}`.trim();

function show(next = state) {
  state = next;
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll('[data-fr]')) {
    node.dataset.en ??= node.textContent;
    node.textContent = node.dataset[language];
  }
  document.body.className = state;
  el('connection').textContent = t(state);
  el('sign-in').hidden = state !== 'signedOut';
  el('signed-in').hidden = el('sign-out').hidden = state !== 'live' && state !== 'lost';
  const values = '"readings":{"temperature":-18.4}}';
  el('curl').textContent =
    `curl -H 'Authorization: Bearer ${givenKey}' -H 'Content-Type: application/json' \\\n  -d '{"sensor_id":"freezer-3",${values}' ${location.origin}/v1/readings`;
  el('mqtt').hidden = mqttPort === null;
  el('mqtt').textContent =
    `mosquitto_pub -h ${location.hostname} -p ${mqttPort} -q 1 -u key -P '${givenKey}' \\\n  -t v1/sensors/freezer-3/readings -m '{${values}'`;
  draw();
}

function fill(id, entries) {
  const lines = entries.length > 0 ? entries : [{ cells: [t('none')] }];
  const rows = lines.map(({ cells, name = '' }) => {
    const row = document.createElement('tr');
    row.className = name;
    for (const text of cells) row.insertCell().textContent = text;
    return row;
  });
  el(id).replaceChildren(...rows);
}

function draw() {
  const sensorRow = ({ id, name, metrics, last_seen_at }) => {
    const known = Object.entries(metrics).filter(([, { last }]) => last);
    const values = known.map(([metric, m]) => `${metric}\u00a0${quantity(m.last.value, m.unit)}`);
    return { cells: [name ?? id, values.join(' · '), time(last_seen_at)] };
  };
  const alertRow = ({ severity, sensor_id, rule_id, value, limit, unit, started_at }) => {
    const bound = limit === null ? '' : ` (${quantity(limit, unit)})`;
    const cells = [
      t(severity),
      sensor_id,
      rule_id,
      quantity(value, unit) + bound,
      time(started_at),
    ];
    return { cells, name: severity };
  };
  fill('sensors', [...sensors.values()].slice(0, SHOWN).map(sensorRow));
  fill('alerts', [...alerts.values()].slice(-SHOWN).reverse().map(alertRow));
  el('alert-count').textContent = number(alerts.size);
  el('more').hidden = sensors.size <= SHOWN;
}

async function ask(path, options) {
  const response = await fetch(path, options).catch(() => ({ ok: false }));
  if (response.status === 401 || response.status === 403) throw new Error('signedOut');
  if (!response.ok) throw new Error('failed');
  return response.status === 204 ? null : response.json();
}

async function load() {
  const paths = [`v1/sensors?limit=${SHOWN + 1}`, 'v1/alerts?state=active&limit=1000'];
  const pages = await Promise.all(paths.map((path) => ask(path))).catch(() => null);
  if (!pages) return show('lost');
  sensors.clear();
  alerts.clear();
  for (const sensor of pages[0].items) sensors.set(sensor.id, sensor);
  for (const alert of pages[1].items.reverse()) alerts.set(alert.id, alert);
  show('live');
}

function onSample({ sensor_id: id, timestamp, readings }) {
  if (!sensors.has(id) && sensors.size > SHOWN) return;
  const sensor = sensors.get(id) ?? { id, name: null, metrics: {}, last_seen_at: null };
  sensors.set(id, sensor);
  const isNewer = (before) => !before || Date.parse(before) <= Date.parse(timestamp);
  if (isNewer(sensor.last_seen_at)) sensor.last_seen_at = timestamp;
  for (const [name, value] of Object.entries(readings)) {
    const metric = sensor.metrics[name] ?? { unit: null, last: null };
    if (isNewer(metric.last?.timestamp)) metric.last = { timestamp, value };
    sensor.metrics[name] = metric;
  }
}

async function count() {
  draw();
  const status = await ask('v1/status').catch(() => null); // the live connection tells
  if (!status) return;
  const [total, now] = [status.readings_accepted, performance.now()];
  const rate = counted ? ((total - counted.total) * 1000) / (now - counted.now) : 0;
  counted = { total, now };
  el('received').textContent = number(total);
  el('rate').textContent = number(Math.max(0, Math.round(rate)));
}

function close(next) {
  source?.close();
  clearInterval(timer);
  show(next);
}

async function connect() {
  try {
    mqttPort = (await ask('v1/status')).mqtt_port;
  } catch (error) {
    close(error.message === 'signedOut' ? 'signedOut' : 'lost');
    if (state === 'lost') setTimeout(connect, 3000);
    return;
  }
  close('connecting');
  timer = setInterval(count, 1000);
  source = new EventSource('v1/events?topics=samples,alerts');
  source.onopen = load;
  source.onerror = () => {
    show('lost');
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
  source.addEventListener('sample', ({ data }) => onSample(JSON.parse(data)));
  source.addEventListener('alert', ({ data }) => {
    const alert = JSON.parse(data);
    if (alert.state === 'active') alerts.set(alert.id, alert);
    else alerts.delete(alert.id);
    draw();
  });
}

async function signIn(key) {
  el('problem').textContent = '';
  try {
    const headers = { 'content-type': 'application/json' };
    await ask('v1/session', { method: 'POST', headers, body: JSON.stringify({ key }) });
    // A one-time code is used up by now; only an API key opens a call by itself.
    const own = { headers: { authorization: `Bearer ${key}` }, credentials: 'omit' };
    if ((await fetch('v1/session', own)).ok) givenKey = key;
  } catch (error) {
    el('problem').textContent = t(error.message === 'signedOut' ? 'refused' : 'failed');
  }
  await connect();
}

el('language').onclick = () => {
  language = language === 'en' ? 'fr' : 'en';
  show();
};
el('sign-out').onclick = async () => {
  await ask('v1/session', { method: 'DELETE' }).catch(() => {});
  location.reload();
};
el('sign-in').onsubmit = (event) => {
  event.preventDefault();
  void signIn(el('key').value.trim());
  el('key').value = '';
};

show();
const key = new URLSearchParams(location.hash.slice(1)).get('key');
if (key) history.replaceState(null, '', location.pathname);
await (key ? signIn(key) : connect());
