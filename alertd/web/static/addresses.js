// Addresses proposed while one types. One question at a time, the newest last; without this file the button does the same.
"use strict";

const PAUSE_MS = 300; // under the server's four a second
const LEAST = 2;
const form = document.querySelector("[data-compose]");
const part = form.querySelector("[data-search]");
const words = form.elements.address_words;
const list = part.querySelector("[data-found]");
const said = part.querySelector("[data-found-said]");
let waiting, busy, stale, asked;

function ask(after = PAUSE_MS) {
  stale = true;
  if (!busy) waiting ??= setTimeout(look, after);
}

async function look() {
  [busy, stale] = [true, false];
  const later = await answer().catch(() => 0);
  [busy, waiting] = [false, undefined];
  if (stale || later) ask(later || PAUSE_MS);
}

async function answer() {
  const typed = words.value.trim();
  if (typed.length < LEAST || typed === asked) return 0;
  const response = await fetch(`/alertes/adresses?${new URLSearchParams({ q: typed })}`);
  if (response.status === 429) return 1000 * (Number(response.headers.get("Retry-After")) || 1);
  if (!response.ok) return 0;
  const told = await response.json();
  asked = typed;
  list.innerHTML = told.html;
  said.textContent = told.said;
  return 0;
}

words.addEventListener("input", () => ask());
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault(); // the list follows by itself; the button still searches
  ask(0);
});
