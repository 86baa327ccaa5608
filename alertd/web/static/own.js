// Offers the link by a notification to whoever has them on this phone: its own subscription says whose they are.
"use strict";

const form = document.querySelector("[data-own]");

async function offer() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const worker = await navigator.serviceWorker.getRegistration();
  const own = await worker?.pushManager.getSubscription();
  if (!own) return;
  form.elements.subscription.value = JSON.stringify(own);
  form.hidden = false;
}

if (form) offer().catch(() => {}); // a browser that refuses to say has the other ways
