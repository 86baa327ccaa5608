// The map's ground, without a third party: outline, mairie and names, and tiles from here where the installation has some. Leaflet is fetched when it is asked for.
"use strict";

const NAMES_FROM = 13.5; // farther off, the names of hamlets would cover each other
const STREETS_FROM = 15.5; // and those of streets

function brought(element) {
  return new Promise((done, failed) => {
    element.addEventListener("load", done);
    element.addEventListener("error", failed);
    document.head.append(element);
  });
}
const script = (src) => (window.L ? undefined : brought(Object.assign(document.createElement("script"), { src })));
const style = (href) => brought(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));

export const leaflet = (folder) => Promise.all([style(`${folder}/leaflet.css`), script(`${folder}/leaflet.js`)]);

// One finger scrolls the page and two move the map; a mouse drags it. `words`: inTitle, outTitle, hall.
export function charted(element, chart, words) {
  const moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const gestures = { dragging: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false, tapHold: false };
  const shape = { attributionControl: false, zoomControl: false, minZoom: 8, maxZoom: 18, zoomSnap: 0.25 };
  const map = L.map(element, { ...gestures, ...shape, zoomAnimation: moving, inertia: moving });
  L.control.zoom({ zoomInTitle: words.inTitle, zoomOutTitle: words.outTitle }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.on("zoomend", () => {
    map.getContainer().classList.toggle("far", map.getZoom() < NAMES_FROM);
    map.getContainer().classList.toggle("streetless", map.getZoom() < STREETS_FROM);
  });
  map.getContainer().addEventListener("pointerdown", ({ pointerType }) => map.dragging[pointerType === "mouse" ? "enable" : "disable"](), true);
  if (chart.tiles) tiled(map, chart.tiles);
  map.fitBounds(ground(chart, map, words.hall).pad(0.05), { animate: false });
  return map;
}

// Whose they are is said on the map, as text: Leaflet would read it as HTML.
function tiled(map, { path, attribution }) {
  map.getContainer().classList.add("tiled");
  L.tileLayer(`${path}/{z}/{x}/{y}`, { minZoom: 8, maxZoom: 18, keepBuffer: 1 }).addTo(map);
  const text = Object.assign(document.createElement("span"), { textContent: attribution });
  L.control.attribution({ prefix: false }).addTo(map).addAttribution(text.innerHTML);
}

// Outline, mairie, hamlets and streets; how far they go.
function ground({ outline, mairie, places, streets = [] }, map, hall) {
  const middle = turned(mairie);
  const land = outline.map((ring) => L.polygon(ring.map(turned), { interactive: false, className: "outline" }).addTo(map));
  for (const { name, at } of places) word(name, "place", turned(at)).addTo(map);
  for (const { name, at } of streets) word(name, "place street", turned(at)).addTo(map);
  word(hall, "place mairie", middle).addTo(map);
  return land.length ? L.featureGroup(land).getBounds() : L.latLng(middle).toBounds(4000);
}

export function word(text, className, at) {
  const html = Object.assign(document.createElement("span"), { textContent: text });
  return L.marker(at, { interactive: false, keyboard: false, icon: L.divIcon({ className, html, iconSize: [0, 0] }) });
}

export const turned = ([lng, lat]) => [lat, lng];
