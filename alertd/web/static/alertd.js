// Pages work without this file. With it, what is live stays fresh without reloading, and a form is sent once.
"use strict";

// Each event carries the HTML that the server would have put on the page, named by the part it belongs to.
function follow(url) {
  const stream = new EventSource(url);
  stream.addEventListener("part", (event) => {
    const { name, html, said } = JSON.parse(event.data);
    const part = document.querySelector(`[data-part="${name}"]`);
    if (part) part.innerHTML = html;
    announce(said);
  });
  stream.addEventListener("cards", (event) => {
    const cards = JSON.parse(event.data);
    prepend(cards);
    announce(cards.said);
  });
  stream.addEventListener("reload", () => location.reload());
  stream.addEventListener("over", () => stream.close());
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

// A refused form takes the reader to what is to be mended.
document.querySelector("[data-errors]")?.focus();
