// A zone as a finger draws it: a circle by a tap, or an area by its corners. What is drawn is told as JSON, as the server reads it.
"use strict";

const MOST_CORNERS = 60;
const MOST_STEPS = 50;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const METRE = 5; // decimals of a degree

export class Drawing {
  // `told` is called after each change; `now` is what is drawn, `past` what "Défaire" goes back to.
  constructor(map, told) {
    Object.assign(this, { map, told, chosen: -1, past: [], radius: 1000 });
    this.now = { shape: "circle", centre: null, corners: [], kept: null };
    this.layer = L.layerGroup().addTo(map);
    map.on("click", (event) => this.put(event.latlng));
  }

  put(at) {
    if (this.now.shape === "circle") this.change({ centre: at, kept: null });
    else if (this.now.corners.length < MOST_CORNERS) this.change({ corners: [...this.now.corners, at], kept: null });
  }

  change(part) {
    this.remember();
    this.now = { ...this.now, ...part };
    this.chosen = -1;
    this.draw();
  }

  remember() {
    this.past = [...this.past, this.now].slice(-MOST_STEPS);
  }

  undo() {
    this.now = this.past.pop() ?? this.now;
    this.chosen = -1;
    this.draw();
  }

  remove() {
    if (this.chosen >= 0) this.change({ corners: this.now.corners.filter((_, index) => index !== this.chosen) });
  }

  clear() {
    if (!this.empty) this.change({ centre: null, corners: [], kept: null });
  }

  resize(radius) {
    this.radius = radius;
    this.refresh();
  }

  get empty() {
    return !this.now.centre && !this.now.corners.length && !this.now.kept;
  }

  get json() {
    const { shape, centre, corners, kept } = this.now;
    if (kept) return JSON.stringify(kept);
    if (shape === "circle") return centre ? JSON.stringify({ type: "Circle", center: point(centre), radius_m: this.radius }) : "";
    return corners.length < 3 ? "" : JSON.stringify({ type: "Polygon", coordinates: [[...corners, corners[0]].map(point)] });
  }

  // What the field holds: read back by the server, or refused by it; what cannot be read begins empty.
  open(text) {
    const { now, radius } = this;
    try {
      this.restore(JSON.parse(text));
      this.draw();
    } catch {
      Object.assign(this, { now, radius });
      this.draw();
    }
  }

  // A circle or a simple area can be changed; anything else is kept until it is effaced.
  restore(zone) {
    if (!zone.type) throw new TypeError("this is no zone");
    const ring = zone.type === "Polygon" && zone.coordinates.length === 1 && zone.coordinates[0];
    if (zone.type === "Circle") {
      this.radius = zone.radius_m;
      this.now = { ...this.now, centre: latlng(zone.center) };
    } else if (ring && ring.length <= MOST_CORNERS + 1) {
      this.now = { ...this.now, shape: "area", corners: ring.slice(0, -1).map(latlng) };
    } else {
      this.now = { ...this.now, shape: "area", kept: zone };
    }
  }

  draw() {
    this.layer.clearLayers();
    const { shape, centre, corners, kept } = this.now;
    const look = { className: "zone", interactive: false };
    this.figure = kept ? L.geoJSON(kept, look)
      : shape === "circle" ? centre && L.circle(centre, { ...look, radius: this.radius })
      : corners.length > 1 && L.polygon(corners, look);
    if (this.figure) this.layer.addLayer(this.figure);
    const handles = kept ? [] : shape === "circle" ? [centre].filter(Boolean) : corners;
    handles.forEach((at, index) => this.handle(at, index));
    this.told();
  }

  // The figure follows without being made anew: the handle under the finger stays the same one.
  refresh() {
    const { shape, centre, corners } = this.now;
    if (this.figure && shape === "circle") this.figure.setLatLng(centre).setRadius(this.radius);
    else if (this.figure) this.figure.setLatLngs(corners);
    this.told();
  }

  handle(at, index) {
    const icon = L.divIcon({ className: "handle", iconSize: [48, 48] });
    const handle = L.marker(at, { icon, draggable: true, autoPan: true, keyboard: true });
    handle.on("dragstart", () => this.remember());
    handle.on("drag", () => this.slide(index, handle.getLatLng()));
    handle.on("dragend click", () => this.choose(index));
    this.layer.addLayer(handle);
    const element = handle.getElement();
    element.setAttribute("aria-label", this.now.shape === "circle" ? "Centre du cercle" : `Point ${index + 1} du contour`);
    element.addEventListener("keydown", (event) => this.key(event, handle, index));
    element.addEventListener("focus", () => this.choose(index));
  }

  slide(index, at) {
    const moved = this.now.corners.map((corner, other) => (other === index ? at : corner));
    this.now = this.now.shape === "circle" ? { ...this.now, centre: at } : { ...this.now, corners: moved };
    this.refresh();
  }

  choose(index) {
    this.chosen = this.now.shape === "area" ? index : -1;
    this.map.getContainer().querySelectorAll(".handle").forEach((each, other) => each.classList.toggle("chosen", other === this.chosen));
    this.told();
  }

  key(event, handle, index) {
    const step = event.shiftKey ? 1 : 10;
    const way = ARROWS[event.key];
    if (way) {
      const from = this.map.latLngToContainerPoint(handle.getLatLng());
      this.remember();
      handle.setLatLng(this.map.containerPointToLatLng(from.add([way[0] * step, way[1] * step])));
      this.slide(index, handle.getLatLng());
    } else if (event.key === "Delete" && this.now.shape === "area") {
      this.choose(index);
      this.remove();
      this.map.getContainer().focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const point = ({ lat, lng }) => [+lng.toFixed(METRE), +lat.toFixed(METRE)];
const latlng = ([lng, lat]) => L.latLng(lat, lng);
