// Comforts of the form: categories found by words, reports alike while one writes, and the small sum before sending.
const form = document.querySelector("form[data-report]");
const field = (name) => form.querySelector(`[name="${name}"]`);
const chooser = form.querySelector("[data-chooser]");
const options = [...form.querySelectorAll("[data-category]")].map((label) => ({
  label, radio: label.querySelector("input"), name: label.querySelector("[data-name]").textContent,
  words: label.dataset.words, keywords: label.dataset.keywords.split(";").filter(Boolean),
}));

// ---- what was chosen stands in the folded list
function showChosen() {
  const chosen = options.find(({ radio }) => radio.checked);
  if (chosen) chooser.querySelector("[data-chosen]").textContent = chosen.name;
  chooser.classList.toggle("is-chosen", Boolean(chosen));
  for (const part of form.querySelectorAll("[data-questions]")) part.hidden = part.dataset.questions !== chosen?.radio.value;
}
for (const { radio } of options) {
  radio.addEventListener("change", () => { showChosen(); lookForAlike(); });
  radio.addEventListener("click", (event) => { if (event.detail > 0) fold(); });
  radio.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); fold(); } });
}
function fold() {
  chooser.open = false;
  chooser.querySelector("summary").focus();
}

// ---- search in the list
const search = form.querySelector("[data-search]");
const nothing = form.querySelector("[data-nothing]");
search.hidden = false;
search.querySelector("input").addEventListener("input", ({ target }) => {
  const wanted = target.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let seen = 0;
  for (const { label, words } of options) {
    label.hidden = !wanted.every((word) => words.includes(word));
    seen += label.hidden ? 0 : 1;
  }
  for (const group of form.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-category]:not([hidden])");
  nothing.hidden = seen > 0;
  nothing.textContent = seen ? "" : form.dataset.wordNone;
});
search.querySelector("input").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  options.find(({ label }) => !label.hidden)?.radio.focus();
});

// ---- suggestions from one's own words
const suggested = form.querySelector("[data-suggested]");
const isSaid = (word, text) => (/^[\x20-\x7e]+$/.test(word)
  ? new RegExp(`\\b${word.replace(/[^a-z0-9 ]/g, ".")}`).test(text) : text.includes(word));
function suggest() {
  const text = field("description").value.toLowerCase();
  const likely = options
    .map((option) => ({ option, score: option.keywords.filter((word) => isSaid(word, text)).reduce((sum, word) => sum + 1 + word.length / 4, 0) }))
    .filter(({ score }) => score > 0).sort((one, other) => other.score - one.score).slice(0, 3);
  suggested.hidden = likely.length === 0;
  for (const old of suggested.querySelectorAll("button")) old.remove();
  for (const { option } of likely) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = option.name;
    button.setAttribute("aria-pressed", String(option.radio.checked));
    button.addEventListener("click", () => {
      option.radio.checked = true;
      for (const other of suggested.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
      chooser.open = false;
      showChosen();
      lookForAlike();
    });
    suggested.append(button);
  }
}
let soon = 0;
field("description").addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(suggest, 250); });

// ---- reports alike, once it is known what and where
const alikeHere = form.querySelector("[data-alike-here]");
let asked = "";
async function lookForAlike() {
  const names = ["csrf_token", "request_id", "code", "category", "description", "lat", "lon"];
  const checked = options.find(({ radio }) => radio.checked);
  const values = new URLSearchParams(names.map((name) => [name, name === "category" ? checked?.radio.value ?? "" : field(name).value]));
  const key = ["category", "lat", "lon"].map((name) => values.get(name)).join();
  if (key === asked || !values.get("category") || !values.get("lat")) return;
  asked = key;
  const answer = await fetch(form.dataset.alike, { method: "POST", body: values });
  if (answer.ok && key === asked) alikeHere.innerHTML = await answer.text();
}
for (const name of ["lat", "lon"]) field(name)?.addEventListener("change", lookForAlike);

// ---- the small sum, done by a worker while somebody writes; sending waits for it
let isSolved = false;
let waits = false;
const worker = new Worker(form.dataset.worker, { type: "module" });
worker.addEventListener("message", ({ data }) => {
  field("answer").value = data;
  isSolved = true;
  worker.terminate();
  if (waits) form.requestSubmit();
});
worker.addEventListener("error", () => { isSolved = true; if (waits) form.requestSubmit(); });
worker.postMessage({ id: field("request_id").value, bits: Number(form.dataset.bits) });
form.addEventListener("submit", (event) => {
  if (isSolved) {
    setTimeout(() => { form.querySelector("[data-send]").disabled = true; });
    return;
  }
  event.preventDefault();
  waits = true;
  form.querySelector("[data-told]").textContent = form.dataset.wordWait;
});
window.addEventListener("pageshow", () => { form.querySelector("[data-send]").disabled = false; });

if (options.some(({ radio }) => radio.checked) || !form.querySelector("#category-error")) chooser.open = false;
showChosen();
suggest();
