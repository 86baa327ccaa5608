// "Recevoir les notifications sur ce téléphone", for an operator. The permission is asked for by the button alone.
import { able, apple, asked } from "./subscribing.js";

const card = document.querySelector("[data-push]");
const form = card.querySelector("form[data-notify]");

function say(name) {
  for (const part of card.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== name;
}

async function subscribed() {
  const { pushManager } = await navigator.serviceWorker.ready;
  return pushManager.getSubscription();
}

async function give(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  say("");
  try {
    form.elements.subscription.value = await asked(card.dataset.push);
    form.submit();
  } catch (error) {
    button.removeAttribute("aria-disabled");
    say(error.name === "NotAllowedError" ? "denied" : "failed");
  }
}

async function begin() {
  if (!able) return say(apple ? "iphone" : "unable");
  const { renewal, push } = card.dataset;
  const told = renewal && Notification.permission === "granted" && (await subscribed());
  form.hidden = Boolean(told);
  if (!told) return;
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ office: { phone: { key: push, renewal } } });
}

form.addEventListener("submit", give);
addEventListener("pageshow", () => form.querySelector("button").removeAttribute("aria-disabled"));
begin();
