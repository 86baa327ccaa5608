// What was said, for other networks: the text to the clipboard, or text and picture to whatever the phone shares with.
"use strict";

function ready(root) {
  // Without this the text is selected and copied by hand.
  for (const row of root.querySelectorAll("[data-copy]")) {
    const text = document.getElementById(row.dataset.copy);
    row.hidden = false;
    row.querySelector("button").addEventListener("click", async () => {
      text.select();
      try {
        if (navigator.clipboard) await navigator.clipboard.writeText(text.value);
        else document.execCommand("copy");
        row.querySelector("[data-copied]").textContent = "Copié : collez-le dans Facebook ou WhatsApp.";
      } catch {
        row.querySelector("[data-copied]").textContent = "Le texte est choisi : copiez-le.";
      }
    });
  }

  // The picture is brought when the page is idle: a phone shares only what is there at the moment of the tap.
  for (const button of root.querySelectorAll("[data-share]")) {
    const text = document.getElementById(button.dataset.share).value;
    bring(button.dataset.picture).then((files) => {
      if (!navigator.canShare?.({ files })) return;
      button.hidden = false;
      button.addEventListener("click", () => navigator.share({ text, files }).catch(() => undefined)); // put away: nothing to say
    }, () => undefined);
  }
}

async function bring(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.status);
  return [new File([await response.blob()], "alerte.png", { type: "image/png" })];
}

ready(document);
addEventListener("renewed", ({ target }) => target.dataset.part === "share" && ready(target)); // the stream brought the box again
