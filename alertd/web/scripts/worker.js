// The service worker: shows what comes, says that it came and that it was read, and keeps the phone's address up to date.
// WORDS, by language, and VERSION are written above this text by the server, office.js below it.
"use strict";

const MOST_KEPT = 50;
const LONGEST_KEPT_MS = 3 * 24 * 3600 * 1000;
const LONGEST_CALL_MS = 15000;
// Danger is felt through a pocket; an information taps once.
const VIBRATION = {
  danger: [600, 150, 600, 150, 600, 150, 1200],
  warning: [300, 120, 300, 120, 300],
  info: [200],
};
const QUIET = "verification"; // the tag of what a silent message shows
const QUIET_MS = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim().then(callAgain)));
self.addEventListener("push", (event) => event.waitUntil(receive(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(answer(event.notification.data, event.action));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
self.addEventListener("sync", (event) => event.waitUntil(Promise.all([callAgain(), resume()])));
self.addEventListener("message", (event) => {
  const { phone } = Object(event.data);
  event.waitUntil(phone ? write("phone", (store) => store.put(phone, "mine")).then(callAgain) : callAgain());
});

// What came ------------------------------------------------------------------------------------------------------------

async function receive(data) {
  const said = (await read(data)) ?? (await unread());
  if (said.silent === true) return present(said);
  await show(said);
  for (const page of await pages()) page.postMessage({ received: said.tag ?? "" });
  await report(said.ack, "delivered");
  await callAgain();
  await hush();
}

// Asked whether this phone is still there: it says so, and shows what no browser lets it leave out, without a sound. With a page of
// ours before somebody's eyes nothing need be shown. Chrome looks when this is over whether something of ours is visible, Firefox
// three seconds later: so it is closed after both have looked, or at the latest when something else comes.
async function present(said) {
  const seen = (await pages()).some((page) => page.visibilityState === "visible");
  if (!seen) await showQuietly(said);
  await report(said.ack, "delivered");
  await callAgain();
  if (!seen) setTimeout(hush, QUIET_MS);
}

async function showQuietly(said) {
  await self.registration.showNotification(said.title, {
    body: typeof said.body === "string" ? said.body : "",
    lang: typeof said.locale === "string" ? said.locale : "",
    tag: QUIET,
    silent: true,
    icon: "/static/icon-192.png",
    badge: "/static/badge.png",
    data: { path: ours(said.url), ack: said.ack },
  });
}

async function hush() {
  for (const shown of await self.registration.getNotifications({ tag: QUIET })) shown.close();
}

// Damaged or empty, it is still shown: whoever is warned of something unreadable can look, and browsers take the right to
// notify from pages that are silent when something comes.
async function read(data) {
  try {
    const said = data.json();
    return typeof said.title === "string" && said.title.trim() ? said : null;
  } catch {
    return null;
  }
}

async function unread() {
  const words = wordsOf(self.navigator.language);
  const phone = await mine();
  return { title: words.title, body: words.damaged, url: phone?.home ?? "/", level: "warning", tag: "illisible" };
}

async function show(said) {
  const words = wordsOf(said.locale);
  const tag = typeof said.tag === "string" ? said.tag : "";
  await self.registration.showNotification(said.title, {
    body: typeof said.body === "string" ? said.body : "",
    lang: typeof said.locale === "string" ? said.locale : "",
    tag,
    renotify: Boolean(tag), // an update is felt again
    requireInteraction: said.level === "danger",
    vibrate: VIBRATION[said.level] ?? VIBRATION.info,
    icon: "/static/icon-192.png",
    badge: "/static/badge.png",
    data: { path: ours(said.url), ack: said.ack },
    actions: said.ack ? [{ action: "read", title: words.read }] : [],
  });
}

function wordsOf(locale) {
  return WORDS[String(locale ?? "").slice(0, 2).toLowerCase()] ?? WORDS.fr;
}

// What the person does -------------------------------------------------------------------------------------------------

async function answer(data, action) {
  const { path, ack } = Object(data);
  const opened = action === "read" ? null : open(path ?? "/");
  await Promise.allSettled([opened, report(ack, "seen")]);
  await callAgain();
}

async function open(path) {
  const url = new URL(path, self.location.origin).href;
  const found = (await pages()).find((page) => page.url === url);
  return found ? found.focus() : self.clients.openWindow(url);
}

function pages() {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

// What is told ---------------------------------------------------------------------------------------------------------

async function report(ack, word) {
  if (typeof ack === "string") await tell({ path: ours(ack), body: word });
}

// A resident's, an operator's, or both: the browser has one address for all.
async function renew(event) {
  const phones = [await mine(), await mine("office")].filter(Boolean);
  if (!phones.length) return;
  const fresh =
    event.newSubscription ??
    (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: phones[0].key }));
  if (fresh) for (const { renewal } of phones) await tell({ path: ours(renewal), body: JSON.stringify(fresh) });
}

// What cannot be told now is told when the worker wakes again: at the next message, the next tap, the next visit.
async function tell(call) {
  if (await post(call)) return;
  await write("calls", async (store) => {
    store.add({ ...call, at: Date.now() });
    const keys = await done(store.getAllKeys());
    for (const key of keys.slice(0, Math.max(0, keys.length - MOST_KEPT))) store.delete(key);
  });
  await self.registration.sync?.register("calls").catch(() => {});
}

async function callAgain() {
  const kept = await entries();
  for (const [key, call] of kept.slice(0, MOST_KEPT)) {
    const current = Date.now() - call.at < LONGEST_KEPT_MS;
    if (current && !(await post(call))) return;
    await write("calls", (store) => store.delete(key));
  }
}

// True where it need not be told again: an answer that refuses will not be another tomorrow.
async function post({ path, body }) {
  try {
    const answered = await fetch(path, {
      method: "POST",
      body,
      keepalive: true,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(LONGEST_CALL_MS),
    });
    return answered.status < 500 && answered.status !== 429;
  } catch {
    return false;
  }
}

// Whatever a message says, only our own pages are opened and called.
function ours(address) {
  if (typeof address !== "string") return "/"; // a damaged message has none
  try {
    const { pathname, search } = new URL(address, self.location.origin);
    return pathname.replace(/^\/+/, "/") + search;
  } catch {
    return "/";
  }
}

// What is kept ---------------------------------------------------------------------------------------------------------

function database() {
  const opening = indexedDB.open("alertd", 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("calls", { autoIncrement: true });
    opening.result.createObjectStore("phone");
  };
  return done(opening);
}

async function write(name, change) {
  try {
    const base = await database();
    const step = base.transaction(name, "readwrite");
    const over = new Promise((resolve, reject) => {
      step.oncomplete = resolve;
      step.onerror = step.onabort = () => reject(step.error);
    });
    await change(step.objectStore(name));
    await over;
    base.close();
  } catch {
    // A browser that keeps nothing (private windows) still shows and reports.
  }
}

async function mine(whose = "mine") {
  try {
    const base = await database();
    const phone = await done(base.transaction("phone").objectStore("phone").get(whose));
    base.close();
    return phone;
  } catch {
    return undefined;
  }
}

async function entries() {
  try {
    const base = await database();
    const store = base.transaction("calls").objectStore("calls");
    const [keys, calls] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    base.close();
    return keys.map((key, place) => [key, calls[place]]);
  } catch {
    return [];
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
