// An operator's pages without a network: what is typed is kept, what could not be sent is said, and the worker is told whose
// telephone this is. Without this file the pages work as long as there is a network.
"use strict";

import * as drafts from "./drafts.js";

const owner = document.body.dataset.owner;
const main = document.getElementById("main");
const form = document.querySelector("form[data-compose]");
const preview = document.querySelector('form[action="/alertes/envoyer"]');
const isShell = Boolean(form) && "shell" in form.dataset;
const keyOf = (path) => `${owner} ${path}`;

const AGAIN_MS = 20000;
const FRESH_MS = 60 * 60 * 1000; // older words may be of another fire: they are offered, and not put in

// The worker -----------------------------------------------------------------------------------------------------------

async function tell(office) {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ office });
}

async function begin() {
  await navigator.serviceWorker.register("/sw.js");
  await tell({ owner });
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data?.wishes) showWishes(data.wishes);
    if (data?.settled) settled(data.settled);
  });
  begin().catch(() => {}); // a browser that has none, or not here
  addEventListener("online", () => tell({}));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tell({}));
  setInterval(() => notes.size && tell({}), AGAIN_MS); // a network may be back, or a server up, without a word
}

// The browser offers it where it can; the button only asks when it does.
addEventListener("beforeinstallprompt", (event) => {
  const place = document.querySelector("[data-install]");
  if (!place) return;
  event.preventDefault();
  place.hidden = false;
  place.querySelector("button").onclick = () => event.prompt();
});

// Wishes ---------------------------------------------------------------------------------------------------------------

const WITHIN_MS = 15 * 60 * 1000;
const notes = new Map();
const here = new Set();
let offered = null; // the draft that stands on this page, with its note and its form
let waitingWishes = [];

function showWishes(wishes) {
  const ours = wishes.filter(isMine);
  for (const [id, note] of notes) if (!ours.some((wish) => wish.id === id)) (note.remove(), notes.delete(id));
  ours.forEach(showWish);
  waitingWishes = ours.filter((wish) => wish.owner === owner);
  closeWaiting();
}

// This person's, in whichever of their stations: what waits in another is not forgotten there.
const isMine = (wish) => wish.owner.split(".")[0] === owner.split(".")[0];

// What waits already is not written a second time: a wish holds all that was typed before it.
function closeWaiting() {
  if (!offered || (form && !isShell)) return;
  const { key, draft, note } = offered;
  const holds = (wish) => keyOf(wish.path) === key && (wish.at >= draft.at || wish.title === drafts.textOf(draft));
  if (!waitingWishes.some(holds)) return;
  offered = null;
  note.remove();
  if (isShell) document.querySelector("[data-other]").click();
}

function showWish(wish) {
  if (wish.state === "ask" && wish.owner === owner && wish.onward.split("?")[0] === location.pathname) return showHere(wish);
  const [heading, sentence, ...acts] = words(wish);
  const note = noteOf(`note ${wish.state === "sent" ? "over" : "warning"}`, heading, sentence, acts);
  notes.get(wish.id)?.remove();
  notes.set(wish.id, note);
  main.prepend(note);
}

// The page that asks is this one: its own button answers, and nothing waits any more.
function showHere(wish) {
  if (!here.has(wish.id)) main.prepend(noteOf("note warning", "Rien n'est encore parti", wish.sentence));
  here.add(wish.id);
  tell({ drop: wish.id });
}

function words(wish) {
  const named = wish.title ? `« ${wish.title} » : ` : "";
  const drop = ["Ne pas envoyer", () => tell({ drop: wish.id })];
  if (wish.owner !== owner) {
    const other = "c'est le message d'une autre station ; il attend que vous y reveniez.";
    return ["Pas encore envoyée", capital(named + other), ["Changer de station", "/stations"], drop];
  }
  if (wish.state === "ask") {
    return ["Pas envoyée", named + wish.sentence, ["Relire et envoyer", wish.onward], drop];
  }
  const login = ["Se connecter", `/connexion?retour=${encodeURIComponent("/alertes/hors-ligne")}`];
  const over = "votre session est terminée. Ce téléphone garde le message : reconnectez-vous.";
  if (wish.state === "login") return ["Pas encore envoyée", capital(named + over), login, drop];
  const until = Math.min(wish.at + WITHIN_MS, wish.until);
  const late = Date.now() > until;
  const hour = new Date(until).toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });
  const seen = `le téléphone l'envoie dès que le réseau revient, jusqu'à ${hour} ; après, il vous le redemande. Si le réseau a manqué pendant l'envoi, il vérifie d'abord : rien ne part deux fois.`;
  const unseen = "dès que le réseau revient, le téléphone vous montre combien de personnes, et vous envoyez.";
  const said = wish.digest ? (late ? "trop de temps a passé : rien ne partira sans vous." : seen) : unseen;
  return ["Pas encore envoyée", capital(named + said), ["Essayer maintenant", () => tell({})], drop];
}

const capital = (sentence) => sentence[0].toUpperCase() + sentence.slice(1);

function settled(wish) {
  if (!isMine(wish)) return;
  if (wish.state === "sent") eraseSent(wish.digest);
  if (isShell && wish.owner === owner && wish.onward && wish.state !== "login") return location.assign(wish.onward);
  if (wish.state === "sent") showSent(wish);
  else showWish(wish);
}

function showSent(wish) {
  notes.get(wish.id)?.remove();
  notes.delete(wish.id);
  main.prepend(noteOf("note over", "Transmise", wish.title ? `« ${wish.title} »` : "", [["Voir où en est l'envoi", wish.onward]]));
}

function noteOf(className, heading, sentence, acts = []) {
  const note = Object.assign(document.createElement("div"), { className });
  note.setAttribute("role", "status");
  const strong = Object.assign(document.createElement("strong"), { textContent: heading });
  const first = document.createElement("p");
  first.append(strong);
  note.append(first, Object.assign(document.createElement("p"), { textContent: sentence }));
  const row = Object.assign(document.createElement("p"), { className: "acts" });
  for (const [label, act] of acts) row.append(actOf(label, act));
  if (acts.length) note.append(row);
  return note;
}

function actOf(label, act) {
  if (typeof act === "string") return Object.assign(document.createElement("a"), { className: "button", href: act, textContent: label });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.addEventListener("click", act);
  return button;
}

// Drafts ---------------------------------------------------------------------------------------------------------------

let writing = Promise.resolve();
let again = false;
let begun = false;
let unwritten = 0;

// As typed: one writing at a time, the newest last.
function keep() {
  begun = true;
  if (again) return;
  again = true;
  unwritten += 1;
  writing = writing.then(async () => {
    again = false;
    await drafts.put(keyOf(pathOf(form)), drafts.read(form));
    unwritten -= 1;
  });
}

addEventListener("pagehide", () => unwritten && drafts.leave(keyOf(pathOf(form)), drafts.read(form)));

const pathOf = (composed) => new URL(composed.action).pathname;
const hourOf = ({ at }) => new Date(at).toLocaleString("fr", { weekday: "long", hour: "2-digit", minute: "2-digit" });

function restore(key, draft) {
  begun = true;
  if (isShell) drafts.fillKept(form, draft);
  else drafts.fill(form, draft);
  const empty = ["Repartir d'une page vide", () => drafts.drop(key).then(() => location.reload())];
  const note = noteOf("note over", "Votre brouillon est revenu", `Tapé ${hourOf(draft)} sur ce téléphone, et jamais envoyé.${form.querySelector("[type=file]") ? " Les fichiers joints sont à remettre." : ""}`, [empty]);
  note.dataset.draft = "";
  main.querySelector("h1").after(note);
  if (isShell) form.dispatchEvent(new Event("change"));
  offered = { key, draft, note };
  closeWaiting();
}

function propose(key, draft, take) {
  const note = noteOf("note", "Un brouillon attend sur ce téléphone", `« ${drafts.textOf(draft)} », tapé ${hourOf(draft)}, jamais envoyé.`, [
    ["Le reprendre", typeof take === "string" ? take : () => (note.remove(), take())],
    ["L'effacer", () => drafts.drop(key).then(() => note.remove())],
  ]);
  [...main.querySelectorAll("h1, .note[role=alert]")].pop().after(note); // what is leaving now stands above it
  offered = { key, draft, note };
  closeWaiting();
}

async function openForm() {
  const key = keyOf(pathOf(form));
  const draft = await drafts.get(key);
  const query = new URLSearchParams(location.search);
  if (!draft || drafts.isDrill(draft) !== Boolean(form.elements.exercise) || (isShell && draft.digest) || document.querySelector("[data-errors]") || query.has("apercu") || query.has("copie")) return;
  const young = Date.now() - draft.at < FRESH_MS;
  if ((young && draft.path === location.pathname + location.search) || isShell || (query.get("sujet") && draft.path.startsWith("/alertes/hors-ligne"))) return restore(key, draft);
  propose(key, draft, () => restore(key, draft));
}

// Whatever became of it, by this page or another one: what was sent is a draft no more.
async function eraseSent(digest) {
  for (const [key, draft] of await drafts.of(owner)) if (draft.digest && draft.digest === digest) await drafts.drop(key);
}

async function tidy() {
  for (const [key, draft] of await drafts.of(owner)) {
    if (!draft.digest) continue;
    const answer = await fetch(`/alertes/hors-ligne/etat?apercu=${encodeURIComponent(draft.digest)}`, { cache: "no-store" }).catch(() => null);
    if (answer?.ok && (await answer.json()).sent) await drafts.drop(key);
  }
}

// The preview is of the draft that was typed last.
async function mark() {
  const [newest] = await drafts.of(owner);
  if (!newest) return;
  await drafts.put(newest[0], { ...newest[1], digest: preview.elements.digest.value });
  name(preview, drafts.textOf(newest[1]));
}

// Where a message is begun: an exercise waits on its own page, and no exercise on the others.
const BEGUN = { "/": "/alertes/nouvelle", "/alertes/nouvelle": "/alertes/nouvelle", "/exercices/nouveau": "/exercices/nouveau" };

async function waiting(composing) {
  const [newest] = (await drafts.of(owner)).filter(([key]) => key === keyOf(composing));
  if (!newest) return;
  const [key, draft] = newest;
  const topic = draft.fields.find(([name]) => name === "topic")?.[1] ?? "";
  const path = draft.path.startsWith(`${composing}?`) ? draft.path : `${composing}?sujet=${encodeURIComponent(topic)}`;
  propose(key, draft, path);
}

// How the message is called while it waits: where phrases were picked, none of its fields says so.
function name(sent, title) {
  sent.querySelector("[name=said]")?.remove();
  if (title !== drafts.NAMELESS) sent.append(Object.assign(document.createElement("input"), { type: "hidden", name: "said", value: title }));
}

// Without a file it is a small form, which the worker keeps if it finds no network.
function lighten() {
  const files = [...form.querySelectorAll("[type=file]")].some((input) => input.files.length);
  name(form, drafts.textOf(drafts.read(form)));
  form.enctype = files ? "multipart/form-data" : "application/x-www-form-urlencoded";
}

if (form) {
  form.addEventListener("submit", lighten);
  form.addEventListener("input", keep);
  form.addEventListener("reread", () => begun && keep());
  form.addEventListener("change", ({ isTrusted }) => isTrusted && keep());
}
for (const leaving of document.querySelectorAll('form[action="/deconnexion"]')) leaving.addEventListener("submit", drafts.forget);
await drafts.arrive().catch(() => {}); // a browser without sessions has what was written
if (preview) await mark();
else await tidy();
if (form) await openForm();
else if (BEGUN[location.pathname] && !isShell) await waiting(BEGUN[location.pathname]);
