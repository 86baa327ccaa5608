// Says where this phone is while the page is in sight: a page cannot do so in the background, and the text says that.
"use strict";

const EVERY_MS = 60_000; // a cell is twenty metres wide: more often would say no more
const denied = document.querySelector("[data-denied]");
const known = document.querySelector("[data-known]");
let last = 0;

async function tell({ coords }) {
  denied.hidden = true;
  if (document.hidden || Date.now() - last < EVERY_MS) return;
  last = Date.now();
  const fields = new URLSearchParams({ do: "here", lat: coords.latitude.toFixed(5), lon: coords.longitude.toFixed(5) });
  try {
    const answer = await fetch(location.href, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    if (answer.status === 404) return location.reload(); // it was stopped elsewhere, or is over
    if (answer.ok) known.textContent = (await answer.json()).known;
    else last = 0;
  } catch {
    last = 0; // without a network it is said again with the next position
  }
}

const refused = () => (denied.hidden = false);
if (navigator.geolocation) navigator.geolocation.watchPosition(tell, refused, { enableHighAccuracy: true, maximumAge: 30_000 });
else refused();
