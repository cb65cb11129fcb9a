// Starts the design system's components, then ours: data-module="app-name" loads ./name.js and gives its
// default export the element. Every page works without this.
import { initAll } from "./nhsuk-frontend.js";
import { revealByRadios } from "./reveal.js";

revealByRadios();
initAll();

for (const element of document.querySelectorAll('[data-module^="app-"]')) {
  const name = element.dataset.module.slice("app-".length);
  import(`./${name}.js`).then(({ default: attach }) => attach(element));
}
