// Asks before a page is left whose form holds something that was typed and not sent, nor saved in the background.
export default function attach(form) {
  let unsaved = isChanged(form);
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

// Whether it holds something else than what is kept: as it came, or typed before this script did.
export function isChanged(form) {
  return form.dataset.unsaved === "true" || [...form.elements].some(differs);
}

function differs(field) {
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.tagName === "TEXTAREA" && field.value !== field.defaultValue;
}
