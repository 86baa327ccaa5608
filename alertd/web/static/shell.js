// The form that a telephone keeps: it is begun from a topic, and what it says waits until there is a network.
"use strict";

import { now } from "./drafts.js";

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
  byHand();
  for (const carried of form.querySelectorAll("[data-carried]")) carried.remove();
  about.textContent = textContent;
  for (const name of ["topic", "template", "headline", "instruction", "body"]) form.elements[name].value = fields[name] ?? "";
  for (const level of form.elements.level) level.checked = level.value === fields.level;
  for (const channel of form.querySelectorAll("[name=channels]")) channel.checked = fields.channels.includes(channel.value);
  form.elements.expires.value = now(fields.hours);
  open();
  about.scrollIntoView();
  form.elements.headline.dispatchEvent(new Event("input", { bubbles: true }));
}

// The words as typed: what was picked from the phrase book is no more said.
function byHand() {
  for (const words of form.querySelectorAll("[name=words]")) words.value = "free";
  picked.hidden = true;
}

function open(yes = true) {
  picked.hidden = form.querySelector("[name=words]").value !== "book";
  part.hidden = !yes;
  tiles.hidden = yes;
}

async function wait(event) {
  event.preventDefault();
  if (!isWhole()) return;
  const { active } = await navigator.serviceWorker.ready;
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  active.postMessage({ office: { add: { path: "/alertes/nouvelle", fields, owner: document.body.dataset.owner } } });
  waits = true;
  open(false);
  document.querySelector("[data-draft]")?.remove();
  document.getElementById("main").focus();
  scrollTo(0, 0);
}

function isWhole() {
  const lacking = [form.querySelector("[name=where]:checked") ? "" : "where", form.elements.headline.value.trim() ? "" : "title"].filter(Boolean);
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
form.addEventListener("change", () => form.elements.topic.value && open());
form.addEventListener("submit", wait);
form.querySelector("[data-other]").addEventListener("click", () => open(false));
for (const name of ["headline", "instruction"]) form.elements[name].addEventListener("input", ({ isTrusted }) => isTrusted && byHand());
for (const turn of ["online", "offline"]) addEventListener(turn, look);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
document.querySelector("[data-drill]").hidden = location.pathname !== "/exercices/nouveau";
look();
