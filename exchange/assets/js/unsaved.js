// Asks before a page is left whose form holds something that was typed and not sent.
export default function attach(form) {
  let unsaved = form.dataset.unsaved === "true";
  form.addEventListener("input", () => {
    unsaved = true;
  });
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
