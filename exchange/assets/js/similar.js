// While a name and a summary are typed, lists below them what is similar, and says so once it is something else. data-address is
// where it asks; data-besides is the proposal that is being written. Saving the form finds the same.
const PAUSE = 700;
const SHORTEST = 8; // characters of a name

export default function attach(element) {
  const form = element.closest("form");
  const list = element.querySelector("[data-similar-list]");
  const status = element.querySelector("[data-similar-status]");
  const typed = () => ["title", "summary"].map((name) => form.elements[name]?.value.trim() ?? "");
  let timer = null;
  let asked = typed().join("\n");
  let newest = 0;

  async function ask() {
    const [title, summary] = typed();
    const said = `${title}\n${summary}`;
    if (said === asked || title.length + summary.length < SHORTEST) return;
    asked = said;
    const mine = (newest += 1);
    const body = new URLSearchParams({ title, summary, besides: element.dataset.besides });
    body.set("csrf_token", form.elements.csrf_token.value);
    try {
      const answer = await fetch(element.dataset.address, { method: "POST", body, redirect: "error" });
      if (answer.ok) show(await answer.json(), mine);
    } catch {
      // Offline, or no longer signed in: the form itself tells when it is sent.
    }
  }

  function show({ told, html }, mine) {
    if (mine !== newest) return; // an answer to what was typed before
    // Left alone while it says the same, or has the focus of a keyboard.
    if (list.contains(document.activeElement)) return;
    const next = document.createElement("div");
    next.innerHTML = html;
    if (references(next) === references(list)) return;
    list.replaceChildren(...next.childNodes);
    status.textContent = told;
  }

  const references = (part) => part.querySelector('input[name="similar"]')?.value ?? "";

  form.addEventListener("input", ({ target }) => {
    if (target.name !== "title" && target.name !== "summary") return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}
