// Places found while one types, or shown on the map; without this file the form's own button searches, and lists do the rest.
"use strict";

import { charted, leaflet } from "./ground.js";

const PAUSE_MS = 400; // under the server's two a second
const LEAST = 3;
const finding = document.querySelector("[data-finding]");
const METRE = 5; // decimals of a degree
let chosen; // the place whose map is open
let map, mark;

for (const place of finding ? document.querySelectorAll("[data-place]") : []) {
  const words = place.querySelector("input[type=text]");
  if (words) words.addEventListener("input", searcher(place, words));
  const button = place.querySelector("[data-show-map]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => open(place));
  }
}

// One question at a time, the newest last.
function searcher(place, words) {
  let waiting, busy, stale, asked;
  const ask = (after = PAUSE_MS) => {
    stale = true;
    if (!busy) waiting ??= setTimeout(look, after);
  };
  async function look() {
    [busy, stale] = [true, false];
    const later = await answer().catch(() => 0);
    [busy, waiting] = [false, undefined];
    if (stale || later) ask(later || PAUSE_MS);
  }
  async function answer() {
    const typed = words.value.trim();
    if (typed.length < LEAST || typed === asked) return 0;
    const response = await fetch(`${finding.dataset.finding}/lieux?${new URLSearchParams({ q: typed })}`);
    if (response.status === 429) return 1000 * (Number(response.headers.get("Retry-After")) || 1);
    if (!response.ok) return 0;
    asked = typed;
    list(place, (await response.json()).found, typed);
    return 0;
  }
  return () => ask();
}

// What was found for these words: the server reads a pick together with the words that it was made for.
function list(place, found, typed) {
  const kind = place.dataset.place;
  place.querySelector(`[name="${kind}_asked"]`).value = typed;
  const part = place.querySelector("[data-found]");
  part.replaceChildren(...found.map(({ key, label }) => option(kind, key, label)));
  if (!found.length) part.append(Object.assign(document.createElement("p"), { className: "hint", textContent: finding.dataset.none }));
  part.setAttribute("aria-live", "polite");
}

function option(kind, key, label, checked = false) {
  const pick = Object.assign(document.createElement("label"), { className: "pick" });
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: kind, value: key, checked });
  pick.append(radio, label);
  return pick;
}

async function open(place) {
  chosen = place;
  place.append(finding);
  finding.hidden = false;
  try {
    map ??= await begin();
    map.invalidateSize();
    mark?.remove();
    complain("");
  } catch {
    map = undefined;
    complain("lost");
  }
}

async function begin() {
  const [answer] = await Promise.all([fetch(`${finding.dataset.finding}/carte`), leaflet(finding.dataset.leaflet)]);
  if (!answer.ok) throw new Error(answer.status);
  const element = finding.querySelector("[data-chart]");
  const words = { inTitle: element.dataset.in, outTitle: element.dataset.out, hall: element.dataset.hall };
  const shown = charted(element, await answer.json(), words);
  shown.on("click", ({ latlng }) => put(latlng));
  finding.querySelector("[data-tool=middle]").addEventListener("click", () => put(shown.getCenter()));
  finding.querySelector("[data-tool=here]").addEventListener("click", () => locate(shown));
  return shown;
}

function locate(shown) {
  const refused = () => complain("blind");
  if (!navigator.geolocation) return refused();
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    complain("");
    const at = L.latLng(coords.latitude, coords.longitude);
    shown.setView(at, Math.max(shown.getZoom(), 16), { animate: false });
    put(at);
  }, refused, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
}

// The form's field is the truth: a point is one more thing to pick, and is picked.
function put(at) {
  const key = `@${at.lat.toFixed(METRE)},${at.lng.toFixed(METRE)}`;
  const kind = chosen.dataset.place;
  const select = chosen.querySelector("select[name]:not([name=kind])");
  mark?.remove();
  mark = L.circleMarker(at, { radius: 9, className: "zone", interactive: false }).addTo(map);
  if (select) {
    select.querySelector("option[value^='@']")?.remove();
    select.add(new Option(finding.dataset.point, key, true, true));
    return;
  }
  const words = chosen.querySelector("input[type=text]");
  words.value = "";
  list(chosen, [], "");
  chosen.querySelector("[data-found]").replaceChildren(option(kind, key, finding.dataset.point, true));
}

function complain(which) {
  for (const line of finding.querySelectorAll("[data-map-wrong]")) line.hidden = line.dataset.mapWrong !== which;
}
