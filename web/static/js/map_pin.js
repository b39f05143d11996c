// One pin that a person sets: by a click or touch, by dragging it, by arrow keys and Enter, or in the text fields.
const HALF = [14, 34];

export function setUpPin(plane, box, L) {
  const { mapPick, mapMarks, mapAt, mapShapes } = box.dataset;
  const [latField, lonField] = mapPick.split(",").map((id) => document.getElementById(id));
  const around = box.closest("[data-map-picker]") ?? document;
  const told = around.querySelector("[data-map-told]");
  const remove = around.querySelector("[data-map-remove]");
  const chinese = document.documentElement.lang.startsWith("zh");
  let pin = null;
  let asked = 0;

  const picture = () => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 28 36");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${mapMarks}#pin`);
    svg.append(use);
    return svg;
  };

  async function tell(lat, lon) {
    if (!told || !mapShapes) return;
    const mine = ++asked;
    const { places } = await (await fetch(`${mapAt}?lat=${lat}&lon=${lon}`)).json();
    if (mine !== asked) return;
    const names = places.filter(({ level }) => level !== "city").map((place) => (chinese ? place.name_zh : place.name_en));
    if (!chinese) names.reverse();
    told.textContent = names.length ? names.join(chinese ? " " : ", ") : box.dataset.wordOutside;
    told.classList.toggle("is-outside", !names.length);
  }

  function show(lat, lon) {
    if (!pin) {
      const icon = L.divIcon({ className: "map-pin", html: picture(), iconSize: [28, 36], iconAnchor: HALF });
      pin = L.marker([lat, lon], { icon, draggable: true, keyboard: false, autoPan: true, zIndexOffset: 1000 }).addTo(plane);
      pin.on("dragend", () => set(pin.getLatLng().lat, pin.getLatLng().lng));
    }
    pin.setLatLng([lat, lon]);
    if (remove) remove.hidden = false;
    box.classList.add("has-pin");
    tell(lat, lon);
  }

  function set(lat, lon) {
    latField.value = lat.toFixed(6);
    lonField.value = lon.toFixed(6);
    show(lat, lon);
    lonField.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function clear() {
    pin?.remove();
    pin = null;
    latField.value = lonField.value = "";
    if (told) told.textContent = "";
    if (remove) remove.hidden = true;
    box.classList.remove("has-pin");
    lonField.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function fromFields(move) {
    const [lat, lon] = [latField, lonField].map((field) => (field.value.trim() === "" ? NaN : Number(field.value)));
    if (!Number.isFinite(lat) || !Number.isFinite(lon) || Math.abs(lat) > 90 || Math.abs(lon) > 180) return;
    show(lat, lon);
    if (move) plane.setView([lat, lon], Math.max(plane.getZoom(), 15));
  }

  plane.on("click", ({ latlng }) => set(latlng.lat, latlng.lng));
  box.addEventListener("keydown", (event) => {
    if (event.target !== box || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    const { lat, lng } = plane.getCenter();
    set(lat, lng);
  });
  for (const field of [latField, lonField]) {
    field.addEventListener("change", (event) => { if (event.isTrusted) fromFields(true); });
  }
  remove?.addEventListener("click", () => { clear(); box.focus(); });
  const locate = around.querySelector("[data-map-locate]");
  if (locate && navigator.geolocation && window.isSecureContext) {
    locate.hidden = false;
    locate.addEventListener("click", () => navigator.geolocation.getCurrentPosition(({ coords }) => {
      set(coords.latitude, coords.longitude);
      plane.setView([coords.latitude, coords.longitude], 16);
    }, () => { if (told) told.textContent = box.dataset.wordNoPosition; }, { enableHighAccuracy: true, timeout: 10000 }));
  }
  fromFields(true);
}
