// Questions that the answers so far have settled are put away. The server drops them in any case; without this they stay.

const content = (form, name) => {
  const input = form.elements.namedItem(name);
  const first = input instanceof RadioNodeList ? input[0] : input;
  if (!first || first.closest("[data-hide-when][hidden]")) return "";
  return input.type === "checkbox" ? (input.checked ? input.value : "") : input.value;
};

const holds = (form, rule) => {
  if (typeof rule === "boolean") return rule;
  const [word, ...parts] = rule;
  if (word === "and") return parts.every((part) => holds(form, part));
  if (word === "or") return parts.some((part) => holds(form, part));
  return (content(form, parts[0]) === parts[1]) === (word === "is");
};

function settle(form) {
  const fields = [...form.querySelectorAll("[data-hide-when]")];
  for (let turn = 0, changed = true; changed && turn <= fields.length; turn += 1) {
    changed = false;
    for (const field of fields) {
      const hidden = holds(form, JSON.parse(field.dataset.hideWhen));
      if (field.hidden !== hidden) {
        field.hidden = hidden;
        changed = true;
      }
    }
  }
}

const settleAll = (root) => {
  for (const form of root.querySelectorAll("form")) if (form.querySelector("[data-hide-when]")) settle(form);
};

document.addEventListener("input", (event) => event.target.form && settle(event.target.form));
document.addEventListener("htmx:load", (event) => settleAll(event.target.parentNode ?? document));
settleAll(document);
