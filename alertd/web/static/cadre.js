// Inside another site the list is kept true without a reload, which would take the reader's place in the page away.
"use strict";

const EVERY_MS = 60000;

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(10000) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const shown = document.querySelector("main");
    if (answer.ok && fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(document.adoptNode(fresh));
  } catch {
    // The next one may get through.
  }
}

setInterval(refresh, EVERY_MS);
