// Choosing on the diagram what the two lists offer as well: an open place first, then where it is to go on.
const form = document.querySelector("[data-plan]");
const holder = document.querySelector("[data-diagram]");
const token = form.querySelector("[data-pick-token]");
const element = form.querySelector("[data-pick-element]");

const sourceOf = () => token.selectedOptions[0]?.dataset.elementId ?? "";
const choices = (list) => [...list.options].filter((option) => option.value && !option.disabled);

function paint(viewer) {
  const canvas = viewer.get("canvas");
  const elements = viewer.get("elementRegistry");
  for (const shape of elements.getAll()) {
    canvas.removeMarker(shape, "mark-source");
    canvas.removeMarker(shape, "mark-target");
  }
  if (elements.get(sourceOf())) canvas.addMarker(sourceOf(), "mark-source");
  if (elements.get(element.value)) canvas.addMarker(element.value, "mark-target");
}

function pick(id) {
  const open = choices(token).filter((option) => option.dataset.elementId === id);
  if (open.length && (!token.value || element.value)) {
    token.value = open[0].value;
    element.value = "";
  } else if (choices(element).some((option) => option.value === id)) {
    element.value = id;
  }
}

function connect(viewer) {
  viewer.get("eventBus").on("element.click", ({ element: shape }) => {
    pick(shape.labelTarget?.id ?? shape.id);
    paint(viewer);
  });
  for (const list of [token, element]) list.addEventListener("change", () => paint(viewer));
}

if (holder.viewer) connect(holder.viewer);
else holder.addEventListener("diagram:drawn", () => connect(holder.viewer), { once: true });
