// The coach beside the form, kept fresh while it is written. Without this file its button asks for the same.
"use strict";

import { asking } from "./asking.js";

const form = document.querySelector("[data-compose]");
const box = form.querySelector("[data-coach]");
let mends = {};
let wanted = "";
let shown = "";

const ask = asking(form, form.dataset.reread, (answer) => {
  if (!answer?.mends) return; // the count says why
  if (!ask.pending()) tell(answer.mends.hand);
  if (answer.html !== shown) show(answer.html);
  mends = answer.mends;
  if (wanted && !ask.pending()) mend();
});

// What was open stays open, and a keyboard that was in here stays in here.
function show(html) {
  const open = [...box.querySelectorAll("details")].map((each) => each.open);
  const within = box.contains(document.activeElement);
  box.innerHTML = shown = html;
  box.querySelectorAll("details").forEach((each, index) => { each.open = Boolean(open[index]); });
  if (within) box.focus();
}

// The words in French, for a draft that is opened again where nobody composes them.
function tell({ headline, instruction }) {
  form.dataset.french = JSON.stringify({ headline, instruction });
  form.dispatchEvent(new Event("reread"));
}

for (const kind of ["input", "change"]) {
  form.addEventListener(kind, () => {
    delete form.dataset.french; // of what stood there before
    ask();
  });
}
addEventListener("pageshow", () => ask());

// One tap; where words were typed since the last answer, it is done with the next one.
box.addEventListener("click", (event) => {
  const how = event.target.closest("[data-mend]")?.dataset.mend;
  if (!mends[how]) return;
  event.preventDefault();
  wanted = how;
  if (!ask.pending()) mend();
});

function mend() {
  for (const [name, value] of Object.entries(mends[wanted])) form.elements[name].value = value;
  if (wanted === "hand") form.elements.headline.focus();
  wanted = "";
  form.dispatchEvent(new Event("input")); // a draft keeps it, and the coach reads it again
}
