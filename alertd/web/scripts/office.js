// The operators' part of the worker: it opens the form without a network, and keeps a wish until it can be sent.
// What is kept is one operator's, in one station: log-out erases it, and so does another operator's first page.

const SHELL = "/alertes/hors-ligne";
const SEND = "/alertes/envoyer";
const OFFICE = /^\/(?:$|(?:alertes|compte|stations|programmations|historique|equipe|exercices|accords|organisations|demandes|passerelles)(?:\/|$))/;
const COMPOSING = /^\/(?:alertes\/(?:nouvelle|[0-9]+\/corriger)|exercices\/nouveau)$/;
const LEAVING = /^\/(?:deconnexion|compte\/appareils\/partout)$/;
const STATIC = /\/static\/v-[0-9a-f]{12}\/[a-z0-9.-]+/g;
const MAP = `${SHELL}/carte`;
const LEAFLET = /^\/static\/leaflet-[0-9.]+\/leaflet\.(?:js|css)$/;
const MOST_MAP = 600000; // bytes: Leaflet is a quarter of that, outline and names less
const CACHE = "alertd-office";
const FRESH_MS = 30 * 60 * 1000;
const SHELL_MS = 7 * 24 * 3600 * 1000; // no session lasts longer
const ANSWER_MS = 20000;
const MOST_WISHES = 5;

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  const way = request.mode === "navigate" ? wayOf(request, pathname) : isKept(request, pathname) ? atHand : pathname === MAP ? mapped : null;
  if (way) event.respondWith(way(request, pathname));
});
self.addEventListener("message", (event) => {
  const { office } = Object(event.data);
  if (office) event.waitUntil(hear(office));
});

// A form from elsewhere is none of ours: it is neither kept as a wish, nor does it erase anything.
function wayOf(request, pathname) {
  const { method, referrer } = request;
  if (method === "GET") return OFFICE.test(pathname) ? opened : null;
  if (method !== "POST" || !referrer.startsWith(`${self.location.origin}/`)) return null;
  if (LEAVING.test(pathname)) return left;
  return pathname === SEND || (COMPOSING.test(pathname) && !isUpload(request)) ? wished : null;
}

// Files pass through no worker as long as the browser believes in its network: not every browser lets them through whole.
function isUpload({ headers }) {
  return self.navigator.onLine && (headers.get("Content-Type") ?? "").startsWith("multipart/");
}

// Addresses with a version never change: what the kept form needs is at hand.
function isKept(request, pathname) {
  return request.method === "GET" && (pathname.startsWith("/static/v-") || LEAFLET.test(pathname));
}

// Of now where there is a network; what is kept is the kept form's own.
async function mapped(request) {
  return (await answered(request)) ?? (await caches.match(MAP, { cacheName: CACHE })) ?? Response.error();
}

async function atHand(request) {
  return (await caches.match(request, { cacheName: CACHE })) ?? fetch(request);
}

// Pages --------------------------------------------------------------------------------------------------------------

async function opened(request) {
  return (await answered(request)) ?? (await shell()) ?? Response.error();
}

// Nothing that the daemon said: no network, or a proxy that does not find it.
async function answered(request, within = 0) {
  try {
    const asked = fetch(request);
    const answer = await (within ? Promise.race([asked, refused(within)]) : asked);
    return answer.status === 502 || answer.status === 504 ? null : answer;
  } catch {
    return null;
  }
}

function refused(after) {
  return new Promise((_, reject) => setTimeout(reject, after));
}

async function shell() {
  const kept = await look("kept", "shell");
  if (!kept || Date.now() - kept.at > SHELL_MS || kept.owner !== (await look("kept", "owner"))) return null;
  return (await caches.match(SHELL, { cacheName: CACHE })) ?? null;
}

// A send or a preview that found no answer waits here. It may have arrived: it is asked about before it is sent again, and
// what was shown leaves once.
async function wished(request, pathname) {
  const copy = request.clone();
  const fields = copy.formData().then((form) => [...form], () => null);
  const answer = await answered(request, pathname === SEND ? ANSWER_MS : 0);
  if (answer) return answer;
  const typed = await fields;
  if (typed?.some(([name]) => name === "search" || name === "mend")) return (await shell()) ? Response.redirect(SHELL, 303) : Response.error();
  if (!typed || !(await wish(pathname, typed))) return plainly("Pas envoyée", "Le réseau manque, et ce navigateur ne garde rien : revenez en arrière et recommencez.");
  return (await shell()) ? Response.redirect(SHELL, 303) : plainly("Pas encore envoyée", "Le réseau manque. Ce téléphone garde le message : rouvrez cette page dès que le réseau revient, il vous le montrera.");
}

async function left(request) {
  await forget();
  return (await answered(request)) ?? plainly("Pas encore déconnecté", "Ce téléphone ne garde plus rien de vous. Fermer la session demande le réseau : recommencez quand il sera revenu.");
}

function plainly(title, sentence) {
  const html = `<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1><p>${sentence}</p><p><a href="/">Accueil</a></p></html>`;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" };
  return new Response(html, { status: 503, headers });
}

// What the form needs is fetched while there is a network, whole or not at all.
async function keepShell(owner) {
  const kept = await look("kept", "shell");
  if (kept?.owner === owner && kept.version === VERSION && Date.now() - kept.at < FRESH_MS) return;
  const answer = await fetch(SHELL, { credentials: "same-origin", redirect: "error", cache: "no-store" });
  const html = await answer.clone().text();
  if (!answer.ok || !html.includes(`data-owner="${owner}"`)) return; // chosen otherwise meanwhile
  const parts = [...new Set(html.match(STATIC))];
  const cache = await caches.open(CACHE);
  await cache.addAll(parts);
  await cache.put(SHELL, answer);
  const needed = new Set([SHELL, ...parts, ...(await keepMap(cache, html).catch(() => []))]);
  for (const one of await cache.keys()) if (!needed.has(new URL(one.url).pathname)) await cache.delete(one);
  await change("kept", (store) => store.put({ owner, version: VERSION, at: Date.now() }, "shell"));
}

// The map, where it is not too large; without it the form is kept as well, and says that its map did not load.
async function keepMap(cache, html) {
  const folder = html.match(/data-leaflet="([^"]+)"/)?.[1];
  if (!folder) return [];
  const paths = [`${folder}/leaflet.js`, `${folder}/leaflet.css`, MAP];
  const answers = await Promise.all(paths.map((path) => fetch(path, { credentials: "same-origin", redirect: "error" })));
  const sizes = await Promise.all(answers.map(async (answer) => (await answer.clone().blob()).size));
  if (answers.some(({ ok }) => !ok) || sizes.reduce((all, size) => all + size) > MOST_MAP) return [];
  await Promise.all(paths.map((path, place) => cache.put(path, answers[place])));
  return paths;
}

// Wishes -------------------------------------------------------------------------------------------------------------

async function hear({ owner, add, drop, phone }) {
  if (phone) await write("phone", (store) => store.put(phone, "office"));
  if (owner) await meet(owner);
  if (add) await wish(add.path, add.fields, add.owner);
  if (drop) await change("wishes", (store) => store.delete(drop));
  await tellPages();
  await resume();
  if (owner) await keepShell(owner).catch(() => {});
}

async function meet(owner) {
  const known = await look("kept", "owner");
  if (known && operatorOf(known) !== operatorOf(owner)) await forget();
  if (known !== owner) await change("kept", (store) => store.put(owner, "owner"));
}

const operatorOf = (owner) => String(owner).split(".")[0];

// A form is its own station's, whichever was looked at last.
async function wish(path, typed, whose) {
  const known = await look("kept", "owner");
  if (!known) return false;
  const station = value(typed, "csrf").split(".")[1];
  const owner = whose ?? (station ? `${operatorOf(known)}.${station}` : known);
  const fields = typed.filter(([name, value]) => name !== "csrf" && !(value instanceof File && !value.size));
  const digest = path === SEND ? value(fields, "digest") : "";
  const until = Number(value(fields, "fresh_until")) || Infinity; // the preview's own end may come first
  const one = { id: digest || crypto.randomUUID(), path, digest, fields, owner, at: Date.now(), until, state: "waiting", sentence: "", onward: "" };
  const kept = await change("wishes", async (store) => {
    const others = (await done(store.getAll())).filter(({ id }) => id !== one.id).sort((a, b) => a.at - b.at);
    for (const old of others.slice(0, Math.max(0, others.length - MOST_WISHES + 1))) store.delete(old.id);
    store.put(one);
  });
  await self.registration.sync?.register("wishes").catch(() => {});
  return kept;
}

const value = (fields, name) => fields.find(([key]) => key === name)?.[1] ?? "";

// One at a time, whoever asks: two pages and the browser itself may find the network back at once.
function resume() {
  return navigator.locks ? navigator.locks.request("alertd-wishes", again) : again();
}

async function again() {
  const waiting = (await all()).filter(({ state }) => ["waiting", "login", "elsewhere"].includes(state));
  if (!waiting.length) return;
  const who = await standing();
  if (!who) return;
  for (const one of waiting) {
    if (who.owner && operatorOf(who.owner) !== operatorOf(one.owner)) await change("wishes", (store) => store.delete(one.id));
    else if (!who.owner) await settle(one, { state: "login" });
    else if (who.owner !== one.owner) await settle(one, { state: "elsewhere" }); // until that station is chosen again
    else if (!(await bring(one, who))) return;
  }
}

// Who is logged in, and the token of their forms now: that of the form may be of a session that is over. None: no network.
async function standing() {
  try {
    const answer = await fetch(`${SHELL}/etat`, { cache: "no-store", credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.status === 401) return {};
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// False where there is still no network: what follows waits, too.
async function bring(one, { csrf }) {
  const form = new FormData();
  const waited = Math.max(0, Date.now() - one.at);
  const more = { csrf, owner: one.owner, from: one.path, waited: Date.now() < one.at ? "" : waited };
  for (const [name, said] of [...one.fields, ...Object.entries(more)]) form.append(name, said);
  let answer;
  try {
    answer = await fetch(`${SHELL}/envoi`, { method: "POST", body: form, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(3 * ANSWER_MS) });
  } catch {
    return false;
  }
  await settle(one, await told(answer));
  return true;
}

async function told(answer) {
  if (answer.status === 502 || answer.status === 504) return { state: "waiting" };
  if (answer.status === 401) return { state: "login" };
  try {
    const { sent, ask, onward } = await answer.json();
    return sent ? { state: "sent", onward: sent } : { state: "ask", sentence: ask, onward };
  } catch {
    const sentence = "L'envoi a été refusé : rien n'est parti. Relisez, puis envoyez.";
    return { state: "ask", sentence, onward: answer.redirected ? new URL(answer.url).pathname + new URL(answer.url).search : "/alertes/nouvelle" };
  }
}

async function settle(one, found) {
  const now = { ...one, ...found };
  await change("wishes", (store) => (now.state === "sent" ? store.delete(one.id) : store.put(now)));
  if (now.state !== "waiting") await announce(now, one.state !== now.state);
}

// On the pages that are open; where none is looked at, by a notification if the person allowed them.
async function announce(now, fresh) {
  const open = await pages();
  for (const page of open) page.postMessage({ settled: shown(now) });
  if (!fresh || open.some(({ visibilityState }) => visibilityState === "visible") || self.Notification?.permission !== "granted") return;
  const said = { sent: "Réseau revenu : message transmis", login: "Pas encore envoyée : reconnectez-vous", elsewhere: "Pas encore envoyée : revenez à sa station", ask: "Pas envoyée : relisez, puis envoyez" };
  const path = { login: "/connexion", elsewhere: "/stations" }[now.state] ?? now.onward;
  await self.registration.showNotification(said[now.state], { body: now.sentence || title(now), tag: "wish", icon: "/static/icon-192.png", badge: "/static/badge.png", data: { path } });
}

async function tellPages() {
  const wishes = (await all()).map(shown);
  for (const page of await pages()) page.postMessage({ wishes });
}

const title = ({ fields }) => String(value(fields, "said") || value(fields, "headline"));
const shown = (one) => ({ id: one.id, owner: one.owner, path: one.path, digest: one.digest, title: title(one), at: one.at, until: one.until, state: one.state, sentence: one.sentence, onward: one.onward });

// What is kept -------------------------------------------------------------------------------------------------------

function office() {
  const opening = indexedDB.open("alertd-office", 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("kept");
    opening.result.createObjectStore("wishes", { keyPath: "id" });
  };
  return done(opening);
}

async function change(name, edit) {
  try {
    const base = await office();
    const step = base.transaction(name, "readwrite", { durability: "strict" });
    const over = new Promise((resolve, reject) => {
      step.oncomplete = resolve;
      step.onerror = step.onabort = () => reject(step.error);
    });
    await edit(step.objectStore(name));
    await over;
    base.close();
    return true;
  } catch {
    return false; // a browser that keeps nothing
  }
}

async function find(name, ask) {
  try {
    const base = await office();
    const found = await done(ask(base.transaction(name).objectStore(name)));
    base.close();
    return found;
  } catch {
    return undefined;
  }
}

const look = (name, key) => find(name, (store) => store.get(key));
const all = async () => (await find("wishes", (store) => store.getAll())) ?? [];

async function forget() {
  await Promise.all([change("kept", (store) => store.clear()), change("wishes", (store) => store.clear()), caches.delete(CACHE)]);
  indexedDB.deleteDatabase("alertd-drafts");
  await tellPages();
}
