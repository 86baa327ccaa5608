// Asks the server of the form as it stands. One question at a time, the newest last: a finger that moves on is followed, and a
// slow answer is never overtaken by an older one.
"use strict";

const PAUSE_MS = 350; // under the server's three a second
const LONGEST_MS = 8000;

// `told` gets the answer, or undefined where there was none. What is returned asks, and says whether an answer is still to come.
export function asking(form, url, told) {
  let waiting, busy, stale;

  function ask(after = PAUSE_MS) {
    stale = true;
    if (!busy) waiting ??= setTimeout(put, after);
  }

  async function put() {
    busy = true;
    stale = false;
    const { later, answer } = await question().catch(() => ({}));
    waiting = undefined;
    busy = false;
    if (!later) told(answer);
    if (stale || later) ask(later);
  }

  async function question() {
    const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const signal = AbortSignal.timeout?.(LONGEST_MS);
    const response = await fetch(url, { method: "POST", body: new URLSearchParams(texts), headers: { Accept: "application/json" }, signal });
    if (response.status === 429) return { later: 1000 * (Number(response.headers.get("Retry-After")) || 1) };
    return response.ok || response.status === 409 ? { answer: await response.json() } : {};
  }

  ask.pending = () => Boolean(busy || stale);
  return ask;
}
