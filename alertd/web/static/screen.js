// A panel shows what was last read, and how old that is. When the network is cut it says so and keeps trying: without this
// file a browser reloads the page, and a cut network would leave its error page in the window.
"use strict";

const EVERY_MS = 20000;
const CUT_MS = 90000;
const NBSP = "\u00a0";
let read = performance.now(); // of this machine, whatever its clock says
const screen_ = () => document.querySelector("[data-screen]");
let base = Number(screen_().dataset.now);

const source = (page) => page.querySelector("script[src]").getAttribute("src");
const since = () => performance.now() - read;

function age() {
  const minutes = Math.floor(since() / 60000);
  return minutes < 1 ? "" : minutes < 60 ? `, il y a ${minutes}${NBSP}min` : `, il y a ${Math.floor(minutes / 60)}${NBSP}h`;
}

// An end that comes while nothing can be read is shown as what it is: foreseen, not confirmed.
function lapse(post) {
  if (base + since() < Number(post.dataset.ends) || post.classList.contains("lapsed")) return;
  post.classList.add("lapsed");
  const level = post.querySelector(".level");
  level.textContent = `Fin prévue dépassée · ${level.textContent.trim()}`;
}

function tell() {
  document.querySelector("[data-age]").textContent = age();
  document.querySelector("[data-cut]").textContent = since() > CUT_MS ? "Réseau coupé : ceci n'est plus à jour." : "";
  document.querySelectorAll("[data-ends]").forEach(lapse);
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-screen]");
    if (!answer.ok || !fresh) throw new Error("not a panel");
    if (source(page) !== source(document)) return location.reload(); // alertd was upgraded: its network is there now
    screen_().replaceWith(document.adoptNode(fresh));
    read = performance.now();
    base = Number(fresh.dataset.now);
  } catch {
    // The age says it.
  }
  tell();
}

setInterval(refresh, EVERY_MS);
setInterval(tell, 5000);
addEventListener("online", refresh);
