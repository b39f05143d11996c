// Capture on the phone: which of the two ways the chosen category allows, and that a pin says where it is.
const form = document.querySelector("[data-capture]");
const { category, lat, lon, place_code: place } = form.elements;
const settle = form.querySelector("[data-settle]");
const hint = form.querySelector("[data-settle-hint]");
const optional = form.querySelector("[data-photo-optional]");

function show() {
  const chosen = category.selectedOptions[0];
  settle.hidden = Boolean(chosen.value) && !chosen.hasAttribute("data-small");
  hint.hidden = !settle.hidden && Boolean(chosen.value);
  optional.hidden = chosen.hasAttribute("data-photo");
}

category.addEventListener("change", show);
show();
for (const field of [lat, lon]) {
  field.addEventListener("change", () => { if (lat.value && lon.value) place.value = ""; });
}
