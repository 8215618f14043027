// What the service worker does with a message of the platform, while no page need be open. What a message holds is
// said in src/services/notifier/channels/push/README.md. Tested by: test/browser/push.test.ts

/** The worker has no catalogue of the dashboard: these are all the words it says by itself. */
const WORDS = {
  en: {
    open: 'Open',
    notAcknowledged: 'Not acknowledged',
    unreachable: 'The platform does not answer. Touch to open the alert.',
    refused: (status) => `The platform answered ${status}. Touch to open the alert.`,
    lost: 'This browser may no longer be told of alerts',
    toMend: 'Its subscription has ended. Touch to open Vigie, which renews it.',
  },
  fr: {
    open: 'Ouvrir',
    notAcknowledged: 'Non acquittée',
    unreachable: 'La plateforme ne répond pas. Touchez pour ouvrir l’alerte.',
    refused: (status) => `La plateforme a répondu ${status}. Touchez pour ouvrir l’alerte.`,
    lost: 'Ce navigateur n’est peut-être plus prévenu des alertes',
    toMend: 'Son abonnement a pris fin. Touchez pour ouvrir Vigie, qui le renouvelle.',
  },
};
/** Nobody is woken by what is over or taken care of. */
const IS_GOOD = new Set(['cleared', 'acknowledged']);
/** A phone that was just woken may have no network yet; the platform answers in milliseconds. */
const ANSWER_MS = 20_000;

self.addEventListener('push', (event) => event.waitUntil(tell(readMessage(event.data))));

self.addEventListener('notificationclick', (event) => {
  const { notification, action } = event;
  notification.close();
  const { data } = notification;
  event.waitUntil(action === 'acknowledge' ? acknowledge(data) : open(data.path));
});

self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event)));

/** A browser wants to see something for each message, whatever came. */
function readMessage(data) {
  try {
    return data.json();
  } catch {
    return { title: 'Vigie', body: data?.text() ?? '' };
  }
}

async function tell(message) {
  const { title, body, tag, lang, type, severity } = message;
  const isGood = IS_GOOD.has(type);
  await self.registration.showNotification(title, {
    body,
    lang,
    icon: '/icon-192.png',
    // One alert, one notification: what comes later takes its place, and says so unless it is good news.
    ...(tag === undefined ? {} : { tag, renotify: !isGood }),
    silent: isGood,
    requireInteraction: severity === 'critical' && !isGood,
    actions: actionsOf(message),
    data: { ...message, path: pathOf(message) },
  });
  if (type === 'test') for (const page of await pages()) page.postMessage({ arrived: 'test' });
}

function actionsOf(message) {
  const open = { action: 'open', title: wordsOf(message).open };
  if (message.acknowledge_url === undefined) return [open];
  return [open, { action: 'acknowledge', title: message.acknowledge_label }];
}

function wordsOf({ lang }) {
  return WORDS[lang] ?? WORDS.en;
}

/**
 * Where it leads. The address in a message is the one that the platform is known by; this browser may know it by another,
 * which is where somebody is signed in.
 */
function pathOf({ url, type, severity, tag }) {
  if (url !== undefined) {
    const { pathname, search, hash } = new URL(url, location.href);
    const id = new URLSearchParams(hash.slice(1)).get('alert');
    return id === null ? pathname + search + hash : alertPath(id);
  }
  return severity === undefined || type === 'digest' ? '/' : alertPath(tag);
}

function alertPath(id) {
  return `/alerts/${encodeURIComponent(id)}`;
}

/** The open windows of the dashboard: the one that is looked at first. */
async function pages() {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const rank = ({ focused, visibilityState }) =>
    focused ? 2 : visibilityState === 'visible' ? 1 : 0;
  return windows
    .filter(({ url }) => !OF_THE_PLATFORM.test(new URL(url).pathname))
    .sort((one, other) => rank(other) - rank(one));
}

/** A page that is open is not loaded anew: it is shown, and goes there by itself (shell/opened-from-outside.tsx). */
async function open(path) {
  const [page] = await pages();
  if (page === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  page.postMessage({ open: path });
  // Some systems let no window come to the front; the page is where it should be all the same.
  await page.focus().catch(() => undefined);
}

/** By the signed link of the message: nobody need be signed in. What came of it takes the notification's place. */
async function acknowledge(message) {
  const words = wordsOf(message);
  const { pathname } = new URL(message.acknowledge_url, location.href);
  // Whatever stands before it belongs to the address that the platform is known by.
  const path = pathname.slice(pathname.lastIndexOf('/ack/'));
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { accept: 'application/json', 'accept-language': message.lang },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { title, notes, detail } = await answer.json().catch(() => ({}));
    const said = notes?.join(' ') ?? detail ?? words.refused(answer.status);
    if (answer.ok) await result(message, { title, body: said });
    else await failed(message, said);
  } catch {
    await failed(message, words.unreachable);
  }
}

/** It has to be seen, and can be tried again. */
function failed(message, body) {
  const title = `${wordsOf(message).notAcknowledged}: ${message.title}`;
  return result(message, { title, body, actions: actionsOf(message), requireInteraction: true });
}

function result(message, { title, ...options }) {
  const { lang, tag } = message;
  const icon = '/icon-192.png';
  const look = { lang, tag, icon, silent: true, data: message };
  return self.registration.showNotification(title, { ...look, ...options });
}

/** As the page keeps it (push/told-record.ts): the contact that is this browser, and where it was sent to. */
const RECORD = ['/this-browser', 'this-browser'];

/**
 * The browser or its push service has ended a subscription: the contact is given the next one. Somebody has to be signed
 * in for that; else the person is told, since nothing else would come any more.
 */
async function renew({ newSubscription }) {
  const [address, cacheName] = RECORD;
  const kept = await caches.match(address, { cacheName });
  if (kept === undefined) return;
  const record = await kept.json();
  try {
    const subscription = newSubscription ?? (await subscribeAgain());
    const { endpoint } = subscription;
    const { p256dh, auth } = subscription.toJSON().keys;
    await changeContact(record.contact, { endpoint, keys: { p256dh, auth } });
    const cache = await caches.open(cacheName);
    await cache.put(address, Response.json({ ...record, endpoint }));
  } catch {
    const { lost, toMend } = wordsOf({ lang: record.language });
    const look = { body: toMend, lang: record.language, tag: 'lost', icon: '/icon-192.png' };
    const stays = { requireInteraction: true, data: { path: '/notifications' } };
    await self.registration.showNotification(lost, { ...look, ...stays });
  }
}

async function subscribeAgain() {
  const { public_key: applicationServerKey } = await ask('/v1/push/key');
  const options = { userVisibleOnly: true, applicationServerKey };
  return self.registration.pushManager.subscribe(options);
}

async function changeContact(id, settings) {
  const path = `/v1/contacts/${encodeURIComponent(id)}`;
  const {
    id: _id,
    created_at: _made,
    updated_at: _changed,
    failing: _failing,
    ...input
  } = await ask(path);
  const headers = { 'content-type': 'application/json' };
  await ask(path, { method: 'PUT', headers, body: JSON.stringify({ ...input, settings }) });
}

/** With the session of whoever is signed in. */
async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}
