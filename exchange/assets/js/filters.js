// The filters beside a list stand open where there is room for them.
export default function attach(fold) {
  const roomy = window.matchMedia("(min-width: 61.875em)");
  const sync = () => {
    fold.open = roomy.matches;
  };
  roomy.addEventListener("change", sync);
  sync();
}
