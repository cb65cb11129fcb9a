// Saves a form in the background a moment after writing stops, and says when it did. What cannot be saved stays on the page and
// is tried again; the form's own buttons tell why it is refused. data-autosave is the address that keeps it, data-author whose
// form it is.
import askBeforeLeaving, { isChanged } from "./unsaved.js";

const PAUSE = 1500;
const AGAIN = 30000;
const MOST_KEPT_ALIVE = 60000; // characters of the body, all of them ASCII; browsers refuse more than 64 kB
const NOT_SAVED = "Not saved yet. What you wrote is still on this page.";

export default function attach(form) {
  askBeforeLeaving(form);
  const { autosave: address, author } = form.dataset;
  if (!address) return;
  const status = form.querySelector("[data-autosave-status]");
  let changed = isChanged(form);
  let timer = null;
  let sending = false;
  let stopped = false;

  const say = (words, link) => {
    if (status.textContent.trim() === words && !link) return;
    status.textContent = words;
    if (link) status.append(" ", link);
  };
  const wait = (delay) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, delay);
  };

  async function save() {
    if (stopped || !changed) return;
    if (sending) {
      wait(PAUSE);
      return;
    }
    sending = true;
    changed = false;
    try {
      await heard(await sent());
    } catch {
      changed = true;
      say(`${NOT_SAVED} You seem to be offline. We save it when you are connected again.`);
      wait(AGAIN);
    }
    sending = false;
  }

  // A page that was open while someone signed in again carries an old token: then once more with a new one.
  async function sent() {
    const answer = await post();
    if (answer.status !== 400) return answer;
    const token = await newToken();
    if (!token) return answer;
    form.elements.csrf_token.value = token;
    return post();
  }

  // Kept alive when the page is left meanwhile, where it is small enough for browsers to do so.
  function post() {
    const body = new URLSearchParams(new FormData(form));
    const keepalive = body.toString().length < MOST_KEPT_ALIVE;
    return fetch(address, { method: "POST", body, redirect: "error", keepalive });
  }

  // None where nobody is signed in any more, or someone else is.
  async function newToken() {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const theirs = page.querySelector("form[data-autosave]");
    return theirs?.dataset.author === author ? theirs.elements.csrf_token.value : null;
  }

  async function heard(answer) {
    if (answer.ok) {
      say((await answer.json()).saved);
      if (!changed) form.dispatchEvent(new Event("app-saved"));
      return;
    }
    changed = true;
    if (answer.status === 400) {
      say(`${NOT_SAVED} You have been signed out. Sign in on another page, then come back to this one.`, signInLink());
    } else if (answer.status === 422) {
      say(`${NOT_SAVED} Press “Save” to see what to mend.`);
      changed = false; // until something else is typed
    } else if (answer.status === 429 || answer.status >= 500) {
      say(`${NOT_SAVED} The service does not answer just now. We try again.`);
      wait(AGAIN);
    } else {
      say(`${NOT_SAVED} Press “Save” to see why. Nothing is lost.`);
      stopped = true;
    }
  }

  const signInLink = () => {
    const link = document.createElement("a");
    Object.assign(link, { href: "/login", target: "_blank", textContent: "Sign in (opens in a new tab)" });
    link.className = "nhsuk-link";
    return link;
  };

  form.addEventListener("input", () => {
    changed = true;
    wait(PAUSE);
  });
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  // Back on the page after signing in or connecting again, or leaving it.
  for (const [target, event] of [[window, "online"], [window, "focus"], [document, "visibilitychange"]]) {
    target.addEventListener(event, save);
  }
  if (changed) wait(PAUSE);
}
