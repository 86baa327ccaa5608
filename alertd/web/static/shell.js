// The form that a telephone keeps: it is begun from a topic, and what it says waits until there is a network.
"use strict";

import { NAMELESS, now, read, textOf } from "./drafts.js";

const form = document.querySelector("form[data-shell]");
const part = document.querySelector("[data-form]");
const tiles = document.querySelector("[data-tiles]");
const about = part.querySelector("[data-about]");
const said = document.querySelector("[data-sky]");
const picked = form.querySelector("[data-picked]");
const instead = location.pathname !== "/alertes/hors-ligne";

const PAUSES_S = [1, 2, 4, 8, 15, 30, 60, 60, 120, 120, 300, 300, 600]; // half an hour, then a tap or a look begins it again
const ANSWER_MS = 10000;
const LED_MS = 60000;

let waits = false;
let looking = 0;

function begin({ textContent }, fields) {
  for (const carried of form.querySelectorAll("[data-carried]")) carried.remove();
  delete form.dataset.french;
  about.textContent = textContent;
  for (const name of ["topic", "template", "headline", "instruction", "body"]) form.elements[name].value = fields[name] ?? "";
  for (const name of ["level", "time", "hazard"]) choose(name, [fields[name]]);
  for (const name of ["channels", "advice"]) choose(name, fields[name]);
  choose("words", [fields.words || "free"]);
  for (const name of ["place", "source"]) choose(name, [""]);
  form.elements.expires.value = now(fields.hours);
  form.elements.at.value = now();
  open();
  about.scrollIntoView();
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(name, values) {
  for (const box of form.querySelectorAll(`[name=${name}]`)) box.checked = values.includes(box.value);
}

// The phrases that suit the topic stand in sight, the others one tap away; what is chosen is never put away.
function suit() {
  const begun = [...document.querySelectorAll("[data-begin]")].map((tile) => JSON.parse(tile.dataset.begin));
  const suits = begun.find(({ topic }) => topic === form.elements.topic.value)?.suits ?? {};
  for (const name of ["hazard", "advice"]) {
    const group = form.querySelector(`[name=${name}]`).closest("fieldset");
    if (name === "hazard") group.querySelector("summary").textContent = suits.hazard?.length ? "Autre chose" : "Choisir";
    const [sight, away] = [group.querySelector(":scope > .chips"), group.querySelector("details .chips")];
    for (const box of group.querySelectorAll(`[name=${name}]`)) {
      const fits = suits[name]?.includes(box.value) || box.checked;
      (fits ? sight : away).append(box.closest("label"));
      box.closest("label").hidden = !fits && name === "advice" && begun.some(({ topic }) => topic === box.value); // another topic's own
    }
  }
}

// What the picked phrases say, as far as a telephone can tell: the daemon composes them, in every language.
function told() {
  const { headline, instruction } = read(form).french ?? {};
  picked.hidden = !headline;
  picked.querySelector("[data-says]").textContent = [headline, instruction].filter(Boolean).join(". ");
}

function open(yes = true) {
  if (yes) suit();
  told();
  part.hidden = !yes;
  tiles.hidden = yes;
}

async function wait(event) {
  event.preventDefault();
  if (!isWhole()) return;
  const { active } = await navigator.serviceWorker.ready;
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "said");
  const title = textOf(read(form)); // of phrases, no field says it
  if (title !== NAMELESS) fields.push(["said", title]);
  active.postMessage({ office: { add: { path: "/alertes/nouvelle", fields, owner: document.body.dataset.owner } } });
  waits = true;
  open(false);
  document.querySelector("[data-draft]")?.remove();
  document.getElementById("main").focus();
  scrollTo(0, 0);
}

function isWhole() {
  const said = new FormData(form).get("words") === "book" ? form.querySelector("[name=hazard]:checked") && form.querySelector("[name=advice]:checked") : form.elements.headline.value.trim();
  const lacking = [form.querySelector("[name=where]:checked") ? "" : "where", said ? "" : "title"].filter(Boolean);
  const wrong = form.querySelector("[data-wrong]");
  wrong.hidden = !lacking.length;
  if (wrong.hidden) return true;
  wrong.textContent = wrong.dataset[lacking.length > 1 ? "both" : lacking[0]];
  wrong.focus();
  return false;
}

// At its own address it was asked for; at another it stands for a page that could not be had.
function sky() {
  said.textContent = navigator.onLine ? said.dataset[instead ? "silent" : "online"] : said.dataset.offline;
  document.querySelector("[data-back]").hidden = !(instead && navigator.onLine);
}

// The browser's word that there is a network comes too early, or never: the daemon itself is asked, a few times.
async function look() {
  sky();
  if (!instead) return;
  const mine = ++looking;
  for (const pause of PAUSES_S) {
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    if (mine !== looking) return; // begun again meanwhile
    if (await answers()) return mine === looking && back();
  }
}

async function answers() {
  const answer = await fetch("/alertes/hors-ligne/etat", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
  return Boolean(answer) && answer.status !== 502 && answer.status !== 504;
}

// Onward to the page that was asked for, unless a message is under way here, or that page has just failed again.
function back() {
  const led = Number(sessionStorage.getItem("led"));
  if (part.hidden && !waits && !document.querySelector("#main .note") && Date.now() - led > LED_MS) {
    sessionStorage.setItem("led", Date.now());
    return location.reload();
  }
  said.textContent = said.dataset.found;
  document.querySelector("[data-back]").hidden = false;
}

for (const tile of document.querySelectorAll("[data-begin]")) {
  tile.addEventListener("click", () => begin(tile, JSON.parse(tile.dataset.begin)));
}
// A draft that came back is a form under way.
form.addEventListener("change", ({ isTrusted }) => {
  if (isTrusted) delete form.dataset.french; // of what was picked before
  if (!isTrusted && form.elements.topic.value) open();
  else told();
});
form.addEventListener("submit", wait);
form.querySelector("[data-other]").addEventListener("click", () => open(false));
for (const turn of ["online", "offline"]) addEventListener(turn, look);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
document.querySelector("[data-drill]").hidden = location.pathname !== "/exercices/nouveau";
look();
