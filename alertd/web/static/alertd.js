// Pages work without this file. With it, what is live stays fresh without reloading, and a form is sent once.
"use strict";

// Each event carries the HTML that the server would have put on the page, named by the part it belongs to. A browser comes back
// by itself to a line that broke, and gives up for good on any answer but 200 (a restart behind a proxy, too many pages at once):
// then we ask again. What was missed meanwhile is on the page as it is by then.
const AGAIN_MS = 5000;
function follow(url, lost = false) {
  const stream = new EventSource(url);
  stream.addEventListener("open", () => {
    if (lost) again();
  });
  stream.addEventListener("error", () => {
    lost = true;
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS * (1 + Math.random()), url, true);
  });
  stream.addEventListener("part", (event) => {
    const { name, html, said } = JSON.parse(event.data);
    const part = document.querySelector(`[data-part="${name}"]`);
    if (part) part.innerHTML = html;
    part?.dispatchEvent(new Event("renewed", { bubbles: true }));
    announce(said);
  });
  stream.addEventListener("cards", (event) => {
    const cards = JSON.parse(event.data);
    prepend(cards);
    announce(cards.said);
  });
  stream.addEventListener("reload", again);
  stream.addEventListener("over", () => stream.close());
}

// A page that looks again by itself follows its station, and leads nobody back there who has chosen another meanwhile.
function again() {
  const here = new URL(location);
  if (document.body.dataset.owner && here.pathname !== "/") here.searchParams.set("suite", "1");
  here.hash = "";
  location.replace(here);
}

// The mark of that is for one look only: whoever reloads the page, or keeps its address, is led.
function unmark() {
  const here = new URL(location);
  if (!here.searchParams.has("suite")) return;
  here.searchParams.delete("suite");
  history.replaceState(history.state, "", here);
}

// The live region changes only when its words do: a screen reader is not told the same thing twice.
function announce(said) {
  const region = document.querySelector("[data-said]");
  if (region && said && region.textContent !== said) region.textContent = said;
}

function prepend({ html, keep }) {
  const wall = document.querySelector("[data-wall]");
  if (!wall) return;
  const before = wall.children.length;
  wall.insertAdjacentHTML("afterbegin", html);
  for (const card of [...wall.children].slice(0, wall.children.length - before)) card.classList.add("fresh");
  document.querySelector("[data-empty]")?.remove();
  while (wall.children.length > keep) wall.lastElementChild.remove();
}

const live = document.body.dataset.live;
unmark();
if (live) follow(live);

// A second tap while the first is under way would be the same alert; it is spared the doubt.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

// Paper needs a printer's button only where a script can press it; without one the browser's own menu prints.
for (const print of document.querySelectorAll("[data-print]")) {
  print.hidden = false;
  print.firstElementChild.addEventListener("click", () => window.print());
}

// A refused form takes the reader to what is to be mended.
document.querySelector("[data-errors]")?.focus();

// An emergency's button is held: by finger, mouse, space or Enter. A finger that trembles, or slides off, still holds.
const HOLD_MS = 1200;
for (const button of document.querySelectorAll("[data-hold]")) {
  const form = button.form;
  const hint = form.querySelector("[data-hold-hint]");
  let timer = 0;
  button.textContent = button.dataset.held;
  const release = () => {
    timer = 0;
    const sure = Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "on" });
    form.append(sure);
    navigator.vibrate?.(40);
    form.requestSubmit();
  };
  const begin = () => {
    if (timer || form.dataset.sent) return;
    button.classList.add("holding");
    timer = setTimeout(release, HOLD_MS);
  };
  const leave = () => {
    button.classList.remove("holding");
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    hint.textContent = "Gardez le doigt sur le bouton jusqu'à ce qu'il soit plein.";
    hint.setAttribute("role", "status");
    form.querySelector("[data-hold-else]").hidden = false;
  };
  const key = (event) => event.key === "Enter" || event.key === " ";
  button.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    button.setPointerCapture(event.pointerId);
    begin();
  });
  for (const over of ["pointerup", "pointercancel", "blur"]) button.addEventListener(over, leave);
  button.addEventListener("keydown", (event) => {
    if (!key(event)) return;
    event.preventDefault();
    if (!event.repeat) begin();
  });
  button.addEventListener("keyup", (event) => {
    if (!key(event)) return;
    event.preventDefault();
    leave();
  });
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // A tap that nothing held (a screen reader's) shows the way without holding, and sends nothing.
  button.addEventListener("click", (event) => {
    event.preventDefault();
    form.querySelector("[data-hold-else]").hidden = false;
  });
}
addEventListener("pageshow", () => {
  for (const sure of document.querySelectorAll("form > input[name=confirmed]")) sure.remove();
});
