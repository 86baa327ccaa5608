// What is being typed, kept on the telephone: a battery may die in the middle of a word. One draft for each form of an
// operator in a station; it is erased when it was sent, at log-out, and after three days.
"use strict";

const LASTS_MS = 3 * 24 * 3600 * 1000;
const NOT_KEPT = new Set(["csrf", "search", "mend", "said"]);

function base() {
  const opening = indexedDB.open("alertd-drafts", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("drafts");
  return done(opening);
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within(mode, act) {
  const opened = await base();
  opened.onversionchange = () => opened.close();
  const step = opened.transaction("drafts", mode, { durability: "strict" });
  const over = new Promise((resolve, reject) => {
    step.oncomplete = resolve;
    step.onerror = step.onabort = () => reject(step.error);
  });
  const found = await act(step.objectStore("drafts"));
  await over;
  opened.close();
  return found;
}

// A browser that keeps nothing (a private window) still composes.
const kept = (mode, act, otherwise) => within(mode, act).catch(() => otherwise);

export function drop(key) {
  return kept("readwrite", (store) => done(store.delete(key)));
}

export function put(key, draft) {
  return kept("readwrite", (store) => done(store.put(draft, key)));
}

export function get(key) {
  return kept("readonly", (store) => done(store.get(key))).then((draft) => (draft && fresh(draft) ? draft : undefined));
}

// A page that is left does not wait for a writing to end. What it had not written yet is taken along to the next page of the
// same tab, at once: a letter typed in the last instant is a letter, too.
const LEFT = "alertd-left";

export function leave(key, draft) {
  try {
    sessionStorage.setItem(LEFT, JSON.stringify([key, draft]));
  } catch {} // a browser that keeps nothing, or is full
}

export async function arrive() {
  const left = sessionStorage.getItem(LEFT);
  if (!left) return;
  sessionStorage.removeItem(LEFT);
  const [key, draft] = JSON.parse(left);
  const known = await get(key);
  if (!known || known.at <= draft.at) await put(key, draft);
}

export function forget() {
  sessionStorage.removeItem(LEFT);
  indexedDB.deleteDatabase("alertd-drafts");
}

// [key, draft] of one owner, the newest first; what is too old, or somebody else's, goes.
export async function of(owner) {
  const [keys, drafts] = await kept("readonly", (store) => Promise.all([done(store.getAllKeys()), done(store.getAll())]), [[], []]);
  const pairs = keys.map((key, place) => [key, drafts[place]]);
  const operator = `${owner.split(".")[0]}.`;
  for (const [key, draft] of pairs) if (!fresh(draft) || !key.startsWith(operator)) await drop(key);
  return pairs.filter(([key, draft]) => fresh(draft) && key.startsWith(`${owner} `)).sort(([, a], [, b]) => b.at - a.at);
}

const fresh = ({ at }) => Math.abs(Date.now() - at) < LASTS_MS;

// Text only: a file is chosen again.
export function read(form) {
  const typed = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.has(name) && !name.startsWith("kept"));
  const [, near] = new FormData(form).get("where")?.match(/^hamlet:(.*)$/) ?? []; // tapped in the short list, which differs from day to day
  const listed = near && { where: "hamlet", hamlet: near };
  const fields = typed.map(([name, value]) => [name, listed?.[name] ?? value]);
  const address = form.querySelector("[name=address]:checked");
  const label = address?.closest("label")?.textContent.trim() ?? "";
  return { fields, label, french: french(form), path: location.pathname + location.search, at: Date.now(), digest: "" };
}

// What the picked phrases say in French, as the coach read it last; where no network answered, as they stand on their buttons.
function french(form) {
  if (new FormData(form).get("words") !== "book") return null;
  const read = JSON.parse(form.dataset.french ?? "{}");
  const labels = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((input) => input.closest("label").textContent.trim());
  return {
    headline: read.headline || labels("hazard").join(" "),
    instruction: read.instruction || labels("advice").join(" "),
  };
}

export function fill(form, { fields, label }) {
  const said = (name) => fields.filter(([key]) => key === name).map(([, value]) => value);
  offer(form, said("address")[0], label);
  for (const element of form.elements) {
    if (!element.name || NOT_KEPT.has(element.name) || element.type === "file" || element.name.startsWith("kept")) continue;
    const values = said(element.name);
    if (element.type === "radio" && !values.length) continue; // of another page of the same form, which had no such question
    if (element.type === "radio" || element.type === "checkbox") element.checked = values.includes(element.value);
    else if (values.length && !(element.name === "expires" && values[0] < now())) element.value = values[0];
  }
  form.querySelector("[name=where]:checked")?.dispatchEvent(new Event("change", { bubbles: true }));
}

// Into the form without a network: what it has no field for goes along unseen.
export function fillKept(form, draft) {
  const said = (name) => draft.fields.find(([key]) => key === name)?.[1] ?? "";
  const named = new Set([...form.elements].map(({ name }) => name));
  for (const [name, value] of draft.fields) if (!named.has(name)) carry(form, name, value);
  const where = said("where");
  if (where && !form.querySelector(`[name=where][value="${CSS.escape(where)}"]`)) offerWhere(form, where, draft.label);
  fill(form, draft);
  if (said("words") === "book" && draft.french) form.dataset.french = JSON.stringify(draft.french);
}

function carry(form, name, value) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  field.dataset.carried = "";
  form.append(field);
}

function offerWhere(form, value, label) {
  const row = Object.assign(document.createElement("label"), { className: "pick" });
  row.dataset.carried = "";
  const name = Object.assign(document.createElement("b"), { textContent: label || "L'endroit déjà choisi" });
  row.append(Object.assign(document.createElement("input"), { type: "radio", name: "where", value }), name);
  form.querySelector("[name=where]").closest("label").before(row);
}

// An end that is over is not put back: the form's own is.
export function now(hours = 0) {
  const at = new Date(Date.now() + hours * 3600 * 1000);
  return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

// An address that had been found: the page that found it is gone.
function offer(form, key, label) {
  const list = form.querySelector("[data-found]");
  if (!list || !key || !label || form.querySelector(`[name=address][value="${CSS.escape(key)}"]`)) return;
  const row = Object.assign(document.createElement("label"), { className: "pick" });
  row.append(Object.assign(document.createElement("input"), { type: "radio", name: "address", value: key }), label);
  list.append(row);
}

// An exercise never comes back as a real alert, nor an alert as an exercise.
export const isDrill = ({ fields }) => fields.some(([name, value]) => name === "exercise" && value === "on");

export const NAMELESS = "sans titre";

export function textOf({ fields, french }) {
  return (french?.headline || fields.find(([name]) => name === "headline")?.[1] || "").trim() || NAMELESS;
}
