// The map of the form. Leaflet is fetched when the map is opened, and not before: the form needs nothing of it.
"use strict";

import { counter } from "./count.js";
import { Drawing } from "./draw.js";
import { charted, leaflet, turned, word } from "./ground.js";

const form = document.querySelector("[data-compose]");
const part = form.querySelector("[data-map]");
const choice = form.querySelector("[data-map-choice]");
const zone = form.elements.zone;
const ask = counter(form);
const find = (name) => part.querySelector(`[${name}]`);
const HOW = {
  circle: "Touchez la carte : c'est le centre. Il se déplace avec le doigt.",
  area: "Touchez la carte à chaque coin de la zone : trois au moins. Chaque point se déplace avec le doigt.",
};
let opened;

function open() {
  if (choice.querySelector("input").checked && !opened) opened = begin().catch(failed);
}

function failed() {
  opened = undefined;
  complain("La carte n'a pas pu se charger. Choisissez un lieu et un rayon, ou une zone enregistrée.");
}

function complain(sentence) {
  const line = find("data-map-wrong");
  line.hidden = !sentence;
  line.textContent = sentence;
}

async function begin() {
  const [chart] = await Promise.all([asked(), leaflet(part.dataset.leaflet)]);
  complain("");
  const map = shown(chart);
  const drawing = new Drawing(map, () => told(drawing));
  drawing.open(zone.value);
  const drawn = drawing.figure && drawing.figure.getBounds();
  if (drawn && drawn.isValid()) map.fitBounds(drawn.pad(0.3), { animate: false });
  tools(map, drawing);
  told(drawing);
}

async function asked() {
  const response = await fetch(part.dataset.ground ?? "/alertes/carte");
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

function shown(chart) {
  const map = charted(find("data-chart"), chart, { inTitle: "Agrandir", outTitle: "Réduire", hall: "Mairie" });
  people(chart.hexagons ?? [], map); // a telephone keeps nobody's place
  return map;
}

function people(hexagons, map) {
  const layer = L.layerGroup();
  for (const { ring, people, depth } of hexagons) {
    const cell = L.polygon(ring.map(turned), { interactive: false, className: `people depth-${depth}` }).addTo(layer);
    word(people.replace("moins de 5", "< 5"), "many", cell.getBounds().getCenter()).addTo(layer);
  }
  const box = find("data-people");
  const toggle = () => {
    box.checked ? layer.addTo(map) : layer.remove();
    map.getContainer().classList.toggle("counted", box.checked); // a number is read where the mairie's name would lie over it
  };
  box.addEventListener("change", toggle);
  toggle();
}

function tools(map, drawing) {
  const radius = document.getElementById("map-radius");
  radius.value = drawing.radius;
  radius.addEventListener("input", () => drawing.resize(Number(radius.value)));
  for (const button of part.querySelectorAll("[data-shape]")) {
    button.addEventListener("click", () => drawing.change({ shape: button.dataset.shape, kept: null }));
  }
  const acts = {
    here: () => locate(map, drawing),
    middle: () => drawing.put(map.getCenter()),
    undo: () => drawing.undo(),
    remove: () => drawing.remove(),
    clear: () => drawing.clear(),
  };
  for (const button of part.querySelectorAll("[data-tool]")) button.addEventListener("click", acts[button.dataset.tool]);
}

function locate(map, drawing) {
  const refused = () => complain("Ce téléphone ne dit pas où il est : touchez la carte.");
  if (!navigator.geolocation) return refused();
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const at = L.latLng(coords.latitude, coords.longitude);
    complain("");
    form.dispatchEvent(new CustomEvent("located", { detail: coords }));
    map.setView(at, Math.max(map.getZoom(), 14), { animate: false });
    drawing.put(at);
  }, refused, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
}

// The form's field is the truth: what is drawn goes there, and the server reads it back from there.
function told(drawing) {
  const { shape } = drawing.now;
  for (const button of part.querySelectorAll("[data-shape]")) button.setAttribute("aria-pressed", button.dataset.shape === shape);
  for (const element of part.querySelectorAll("[data-for]")) element.hidden = element.dataset.for !== shape;
  find("data-how").textContent = HOW[shape];
  find("data-radius").textContent = metres(drawing.radius);
  off("undo", !drawing.past.length);
  off("remove", drawing.chosen < 0);
  off("clear", drawing.empty);
  if (zone.value === drawing.json) return;
  zone.value = drawing.json;
  ask();
}

// Not `disabled`: a button that goes dead under the focus would lose a keyboard's place.
const off = (tool, yes) => find(`data-tool=${tool}`).setAttribute("aria-disabled", yes);
const metres = (radius) => (radius < 1000 ? `${radius} m` : `${(radius / 1000).toLocaleString("fr", { maximumFractionDigits: 2 })} km`);

choice.hidden = part.hidden = false;
choice.querySelector("b").textContent = "Sur la carte";
form.addEventListener("change", (event) => {
  if (event.target.name === "where") open();
  ask();
});
open();
ask();
