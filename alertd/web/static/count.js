// Roughly how many people the form reaches as it stands.
"use strict";

import { asking } from "./asking.js";

const NO_NETWORK = "Le compte n'a pas pu être fait : il viendra avec l'aperçu.";

export function counter(form) {
  const box = form.querySelector("[data-count]");
  if (!box) return () => undefined; // without a network nobody counts
  const line = form.querySelector("[data-counted]");
  const ask = asking(form, "/alertes/compte", say);

  function say({ wrong, people, price, pace, where } = { wrong: NO_NETWORK }) {
    box.hidden = false;
    box.classList.toggle("off", Boolean(wrong));
    const said = wrong || [`${[people, price].filter(Boolean).join(", ")}.`, pace, where].join(" ");
    if (line.textContent !== said) line.textContent = said;
  }

  return () => (form.querySelector("[name=where]:checked") ? ask() : undefined);
}
