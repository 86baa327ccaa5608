// « Ma position »: the places of the form nearest first, with how far they are. Reckoned here: where the telephone is leaves it
// for nowhere, and is not kept. Without this file the places stand as the server put them.
"use strict";

const MOST = 8;
const EARTH_M = 6371000;
const form = document.querySelector("[data-compose]");
const chips = form.querySelector("[data-near]");
const list = form.elements.hamlet;
const button = form.querySelector("[data-nearest]");
const said = form.querySelector("[data-nearest-said]");

function locate() {
  if (!navigator.geolocation) return refused();
  say("On cherche votre position…");
  navigator.geolocation.getCurrentPosition(sort, refused, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
}

const refused = () => say("Ce téléphone ne dit pas où il est : choisissez dans la liste.");
const say = (sentence) => (said.textContent = sentence);

function sort({ coords }) {
  const places = [...list.querySelectorAll("[data-at]")].map((option) => ({ option, far: apart(coords, option.dataset.at) }));
  places.sort((one, other) => one.far - other.far);
  for (const { option, far } of places) {
    option.dataset.name ??= option.textContent;
    option.textContent = `${option.dataset.name} · ${metres(far)}`;
    option.parentNode.append(option); // « Choisir… » stays first, each heading keeps its own
  }
  tapped(places);
  say("Les plus proches d'abord. Votre position reste sur ce téléphone.");
}

// The chip that is chosen stays, be it the farthest.
function tapped(places) {
  const before = chips.querySelector(":checked");
  const nearest = places.slice(0, MOST);
  const kept = before && nearest.some(({ option }) => keyOf(option) === before.value) ? null : before;
  chips.replaceChildren(...nearest.map((place) => chip(place, before?.value)), ...(kept ? [kept.closest("label")] : []));
}

const keyOf = (option) => `hamlet:${option.value}`;

function chip({ option, far }, chosen) {
  const label = Object.assign(document.createElement("label"), { className: "pick" });
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "where", value: keyOf(option), checked: keyOf(option) === chosen });
  label.append(radio, `${option.dataset.name} · ${metres(far)}`);
  return label;
}

function metres(far) {
  if (far < 50) return "moins de 50 m";
  if (far < 975) return `${Math.round(far / 50) * 50} m`;
  return `${(far / 1000).toLocaleString("fr", { maximumFractionDigits: far < 10000 ? 1 : 0 })} km`;
}

// On a sphere: a per mille amiss, and it only puts them in order.
function apart({ latitude, longitude }, at) {
  const [lat, lon] = at.split(",").map(Number);
  const [a, b] = [latitude, lat].map(radians);
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(radians(lon - longitude) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(half));
}

const radians = (degrees) => (degrees * Math.PI) / 180;

button.hidden = false;
button.addEventListener("click", locate);
form.addEventListener("located", ({ detail }) => sort({ coords: detail })); // the map was asked the same
