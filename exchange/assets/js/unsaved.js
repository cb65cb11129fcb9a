// Asks before a page is left whose form holds something that was typed and not sent, nor saved in the background.
export default function attach(form) {
  let unsaved = form.dataset.unsaved === "true";
  form.addEventListener("input", () => {
    unsaved = true;
  });
  for (const kept of ["submit", "app-saved"]) {
    form.addEventListener(kept, () => {
      unsaved = false;
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
