// Capture on the phone: where the device is, and which of the two ways the chosen category allows.
const form = document.querySelector("[data-capture]");
const category = form.elements.category;
const settle = form.querySelector("[data-settle]");
const hint = form.querySelector("[data-settle-hint]");
const optional = form.querySelector("[data-photo-optional]");
const locate = form.querySelector("[data-locate]");
const told = form.querySelector("[data-told]");

function show() {
  const chosen = category.selectedOptions[0];
  const small = chosen.hasAttribute("data-small");
  settle.hidden = Boolean(chosen.value) && !small;
  hint.hidden = settle.hidden === false && Boolean(chosen.value);
  optional.hidden = chosen.hasAttribute("data-photo");
}

function found({ coords }) {
  form.elements.lat.value = coords.latitude.toFixed(6);
  form.elements.lon.value = coords.longitude.toFixed(6);
  form.elements.place_code.value = "";
  told.textContent = told.dataset.wordFound.replace("#", Math.ceil(coords.accuracy));
}

category.addEventListener("change", show);
show();
if (navigator.geolocation) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    told.textContent = told.dataset.wordAsking;
    navigator.geolocation.getCurrentPosition(found, () => { told.textContent = told.dataset.wordNone; }, {
      enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000,
    });
  });
}
