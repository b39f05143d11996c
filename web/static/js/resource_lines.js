// Lines of a request: added and left out on the spot. Without this the button fetches the page with more lines.
const list = document.querySelector("[data-lines]");
const blank = document.querySelector("[data-line-blank]");
const add = document.querySelector("[data-line-add]");
const FIELDS = "select, input";
let next = Math.max(-1, ...[...list.querySelectorAll("select")].map(({ name }) => Number(name.split("-").pop()))) + 1;

function arrange() {
  const lines = [...list.querySelectorAll("[data-line]")];
  lines.forEach((line, place) => {
    line.querySelector("legend").textContent = list.dataset.word.replace("#", place + 1);
    line.querySelector("[data-line-remove]").hidden = lines.length === 1;
  });
  add.disabled = lines.length >= Number(list.dataset.most);
}

add.addEventListener("click", (event) => {
  event.preventDefault();
  const line = blank.content.cloneNode(true);
  for (const field of line.querySelectorAll(FIELDS)) {
    field.name = field.name.replace("#", next);
    field.id = field.name;
  }
  for (const label of line.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace("#", next);
  const before = list.lastElementChild;
  list.append(line);
  next += 1;
  // The way things are needed together: by when and where to is mostly that of the line before.
  for (const kept of ["needed_by", "place"]) {
    const from = before?.querySelector(`[name^="${kept}-"]`);
    if (from) list.lastElementChild.querySelector(`[name^="${kept}-"]`).value = from.value;
  }
  arrange();
  list.lastElementChild.querySelector("select").focus();
});

list.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line-remove]")?.closest("[data-line]");
  if (!line) return;
  const near = line.nextElementSibling ?? line.previousElementSibling;
  line.remove();
  arrange();
  near.querySelector("select").focus();
});

arrange();
