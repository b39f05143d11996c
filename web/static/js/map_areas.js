// Areas on a map: polygons, circles and whole places, each with a sign that says by shape and numeral how bad it is.
// <div data-map data-map-areas="[…]">: see presenters/emergency_cards.py area_shape; an event liandong:areas brings others.
const SHAPES = ["square", "octagon", "diamond", "triangle", "circle"];
const SIZE = 34;

function sign(box, { rank, roman }) {
  const outer = document.createElement("span");
  outer.className = `level-sign is-rank-${rank}`;
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 48 48");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${box.dataset.mapLevels}#${SHAPES[rank]}`);
  const numeral = document.createElement("b");
  numeral.textContent = roman;
  picture.append(use);
  outer.append(picture, numeral);
  return outer;
}

function card({ title, words, place, href }, wordOpen) {
  const inside = document.createElement("div");
  inside.className = "map-card";
  for (const [name, text] of [["strong", title], ["span", words], ["span", place]]) {
    if (!text) continue;
    const part = document.createElement(name);
    part.textContent = text;
    inside.append(part);
  }
  const link = document.createElement("a");
  link.href = href;
  link.textContent = wordOpen;
  inside.append(link);
  return inside;
}

export function showAreas(plane, box, L, outlineOf) {
  const layer = L.layerGroup().addTo(plane);
  const draw = (areas, isFirst) => {
    layer.clearLayers();
    const whole = L.latLngBounds([]);
    const isDrill = areas.every(({ exercise }) => exercise);
    for (const area of areas) {
      const bounds = L.latLngBounds([]);
      const look = { className: `map-area is-rank-${area.rank}${area.exercise ? " is-exercise" : ""}`, interactive: false };
      const add = (shape) => { shape.addTo(layer); bounds.extend(shape.getBounds()); };
      for (const ring of area.polygons) add(L.polygon(ring, look));
      for (const { lat, lon, km } of area.circles) add(L.circle([lat, lon], { ...look, radius: Math.max(km * 1000, 60) }));
      const isBare = !bounds.isValid();
      for (const outline of isBare ? area.codes.map(outlineOf) : []) if (outline) add(L.geoJSON(outline, { ...look, style: () => look }));
      const at = area.point ?? (bounds.isValid() ? bounds.getCenter() : null);
      if (!at) continue;
      bounds.extend(at);
      if (isDrill || !area.exercise) whole.extend(bounds);
      const icon = L.divIcon({ className: "map-area-sign", html: sign(box, area), iconSize: [SIZE, SIZE] });
      const marker = L.marker(at, { icon, riseOnHover: true });
      marker.on("add", () => marker.getElement().setAttribute("aria-label", `${area.words}: ${area.title}`));
      marker.bindPopup(() => card(area, box.dataset.wordOpen), { maxWidth: 260 }).addTo(layer);
    }
    if (!whole.isValid()) return;
    // What reaches beyond the city is looked at as far as the city goes.
    const city = plane.options.maxBounds;
    const seen = city?.isValid() && whole.contains(city) ? city.pad(-0.25) : whole.pad(0.35);
    if (isFirst || !plane.getBounds().intersects(whole)) plane.fitBounds(seen, { maxZoom: 14 });
  };
  draw(JSON.parse(box.dataset.mapAreas || "[]"), true);
  box.addEventListener("liandong:areas", ({ detail }) => draw(detail, false));
}
