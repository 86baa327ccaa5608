// Turns this phone's notifications on. The permission is asked for by the button alone; what is said is in the page.
import { able, apple, asked } from "./subscribing.js";

const page = document.querySelector("[data-phone]");
const form = document.querySelector("form[data-join]");

function say(name) {
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== name;
  const said = document.querySelector(`[data-when="${name}"]`);
  said?.focus();
  return said;
}

const box = form?.querySelector("[name=ways][value=push]");

function begin() {
  if (able && Notification.permission === "denied") say("denied");
  if (!able) return say(apple ? "iphone" : "unable");
  form.hidden = false;
  for (const part of form.querySelectorAll("[data-able]")) part.hidden = false;
  box.disabled = false;
}

async function join(event) {
  if (!box.checked || box.disabled) return; // the other ways need no script
  event.preventDefault();
  const button = form.querySelector("button.main");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  say("working");
  try {
    form.elements.subscription.value = await asked(page.dataset.key);
    form.submit();
  } catch (error) {
    button.removeAttribute("aria-disabled");
    say(error.name === "NotAllowedError" ? "denied" : "failed");
  }
}

if (form && box) {
  begin();
  form.addEventListener("submit", join);
}
// A page taken back from the browser's memory is as it was left: its button works again.
addEventListener("pageshow", () => form?.querySelector("button.main").removeAttribute("aria-disabled"));

// The page that waits for the test: the worker learns by what it is known, and the page looks again until it is settled.
const renewal = page?.dataset.renewal;
if (renewal && able) {
  const { home, key } = page.dataset;
  navigator.serviceWorker.ready.then(({ active }) => active?.postMessage({ phone: { home, key, renewal } }));
  navigator.serviceWorker.addEventListener("message", () => look());
  wait();
}

function wait() {
  if (document.querySelector("[data-pending]")) setTimeout(() => look().then(wait), 2000);
}

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [now, then] = [fresh.querySelector("[data-state]"), document.querySelector("[data-state]")];
    if (now && then && now.dataset.state !== then.dataset.state) {
      document.title = fresh.title;
      then.replaceWith(now);
      now.focus();
    }
  } catch {
    // Without a network the page stays as it is, and is looked at again.
  }
}
