// Taking a call: a likely category is chosen until the clerk chooses one, and what is alike is asked for again
// whenever the place or the category changes.
const form = document.querySelector("[data-intake]");
const words = form.querySelector("#description");
const category = form.querySelector("#category");
const beside = document.getElementById("beside");
let chosenByHand = category.value !== "";

const ask = () => words.dispatchEvent(new CustomEvent("refresh"));

function choose(code, byHand) {
  if (category.value === code || (!byHand && chosenByHand)) return;
  category.value = code;
  chosenByHand = byHand;
  ask();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-category]");
  if (button) choose(button.dataset.category, true);
});

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail?.ctx?.target !== beside) return;
  const first = beside.querySelector("[data-first]");
  if (first) choose(first.dataset.category, false);
});

form.addEventListener("change", (event) => {
  if (event.target === category) chosenByHand = category.value !== "";
  if (event.target.matches("#category, #place_code, [name=lat], [name=lon]")) ask();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.primary"));
  }
});
