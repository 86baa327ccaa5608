// A page that waits for news looks again by itself while it is in sight; without this file it reloads (see base.html).
"use strict";

const PAUSE_MS = 3000;
const LONGEST_MS = 30 * 60 * 1000; // then nobody is looking
const since = Date.now();
const part = () => document.querySelector("[data-followed]");

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-followed]");
    const shown = part();
    if (!fresh || fresh.innerHTML.trim() === shown.innerHTML.trim()) return;
    shown.innerHTML = fresh.innerHTML;
    shown.toggleAttribute("data-waiting", fresh.hasAttribute("data-waiting"));
  } catch {
    // Without a network the page stays as it is, and is looked at again.
  }
}

function wait() {
  if (!part()?.hasAttribute("data-waiting") || Date.now() - since > LONGEST_MS) return;
  setTimeout(() => (document.hidden ? Promise.resolve() : look()).then(wait), PAUSE_MS);
}

wait();
