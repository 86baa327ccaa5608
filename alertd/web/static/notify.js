// "Recevoir les notifications sur ce téléphone", for an operator. The permission is asked for by the button alone.
"use strict";

const card = document.querySelector("[data-push]");
const form = card.querySelector("form[data-notify]");
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const apple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.platform));

function say(name) {
  for (const part of card.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== name;
}

async function subscribed() {
  const { pushManager } = await navigator.serviceWorker.ready;
  return pushManager.getSubscription();
}

async function subscribe(key) {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // Bound to an earlier key of this instance: that subscription reaches nobody any more.
    const old = await pushManager.getSubscription();
    if (error.name !== "InvalidStateError" || !old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  }
}

async function give(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  say("");
  try {
    if ((await Notification.requestPermission()) !== "granted") throw new DOMException("", "NotAllowedError");
    form.elements.subscription.value = JSON.stringify(await subscribe(card.dataset.push));
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
