// Empreinte ou visage. Without this file, or without such a browser, its forms stay hidden: the password does.

const octets = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const letters = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// What the server asks is JSON, what the browser takes has bytes in it (WebAuthn level 3 brings this to browsers; not to all).
function asked(options) {
  const named = (one) => ({ ...one, id: octets(one.id) });
  options.challenge = octets(options.challenge);
  if (options.user) options.user = named(options.user);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) options[list] = options[list].map(named);
  }
  return { publicKey: options };
}

function brought(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = letters(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: letters(credential.rawId), type, response, clientExtensionResults: {} });
}

async function answer(form) {
  const reply = await fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (reply.redirected) return location.assign(reply.url);
  if (!reply.ok) throw new Error(String(reply.status));
  const options = asked(await reply.json());
  const credential = await (options.publicKey.user ? navigator.credentials.create(options) : navigator.credentials.get(options));
  form.elements.token.value = reply.headers.get("X-Ceremony");
  form.elements.credential.value = brought(credential);
  form.submit();
}

function say(form, error) {
  const sentence = form.querySelector("[data-wrong]");
  const known = error.name === "InvalidStateError";
  sentence.textContent = known
    ? "Cet appareil est déjà dans la liste."
    : "Cela n'a pas marché, ou vous avez renoncé. Recommencez, ou utilisez le mot de passe.";
  sentence.hidden = false;
  form.querySelector("button").removeAttribute("aria-disabled");
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    form.querySelector("[data-wrong]").hidden = true;
    answer(form).catch((error) => say(form, error));
  });
}
