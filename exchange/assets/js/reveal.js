// Fields that belong to one choice are shown only while it is chosen.
const HIDDEN = "nhsuk-radios__conditional--hidden";

// The fields that follow a drop-down list.
export default function attach(element) {
  const list = document.getElementById(element.dataset.list);
  const sync = () => {
    element.hidden = list.value !== element.dataset.value;
  };
  list.addEventListener("change", sync);
  window.addEventListener("pageshow", sync);
  sync();
}

// The design system's own script tells screen readers that a radio is "expanded", which no radio can be. So we
// take these over before it starts.
export function revealByRadios() {
  for (const radio of document.querySelectorAll('input[type="radio"][data-aria-controls]')) {
    const fields = document.getElementById(radio.dataset.ariaControls);
    radio.removeAttribute("data-aria-controls");
    const sync = () => fields.classList.toggle(HIDDEN, !radio.checked);
    document.addEventListener("change", ({ target }) => target.name === radio.name && sync());
    window.addEventListener("pageshow", sync);
    sync();
  }
}
