// Points on a map: a mark by state, a circle with a number where many lie together, and what is behind each in a card.
import { Supercluster } from "../vendor/supercluster.js";

const SIZE = 26;

function mark(box, state) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${box.dataset.mapMarks}#${state}`);
  picture.append(use);
  return picture;
}

function card({ title, state_words: stateWords, when, place, href }, wordOpen) {
  const inside = document.createElement("div");
  inside.className = "map-card";
  const line = (name, text) => {
    if (!text) return;
    const part = document.createElement(name);
    part.textContent = text;
    inside.append(part);
  };
  line("strong", title);
  line("span", [stateWords, when].filter(Boolean).join(" · "));
  line("span", place);
  if (href) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = wordOpen;
    inside.append(link);
  }
  return inside;
}

function named(marker, text) {
  marker.on("add", () => marker.getElement().setAttribute("aria-label", text));
  return marker;
}

async function pointsOf(box) {
  const { mapPoints } = box.dataset;
  if (mapPoints.startsWith("[")) return JSON.parse(mapPoints);
  const answer = await fetch(mapPoints);
  return (await answer.json()).points;
}

export async function showPoints(plane, box, L) {
  const points = (await pointsOf(box)).filter(({ lat, lon }) => lat !== null && lon !== null);
  const index = new Supercluster({ radius: 46, maxZoom: 17 });
  index.load(points.map((point) => ({
    type: "Feature", properties: point, geometry: { type: "Point", coordinates: [point.lon, point.lat] },
  })));
  const layer = L.layerGroup().addTo(plane);
  const single = (point, at) => {
    const icon = L.divIcon({ className: `map-mark is-${point.state}`, html: mark(box, point.state), iconSize: [SIZE, SIZE] });
    const words = [point.title, point.state_words].filter(Boolean).join(", ");
    return named(L.marker(at, { icon, riseOnHover: true }), words)
      .bindPopup(() => card(point, box.dataset.wordOpen), { closeButton: true, maxWidth: 260, autoPanPadding: [24, 24] });
  };
  const group = ({ cluster_id: id, point_count: count }, at) => {
    const size = 30 + Math.min(22, Math.round(Math.log2(count) * 4));
    const icon = L.divIcon({ className: "map-group", html: String(count), iconSize: [size, size] });
    const marker = named(L.marker(at, { icon }), box.dataset.wordGroup.replace("#", count));
    return marker.on("click", () => plane.setView(at, Math.max(index.getClusterExpansionZoom(id), plane.getZoom() + 1)));
  };
  const show = () => {
    const held = layer.getLayers().some((marker) => marker.getPopup()?.isOpen());
    if (held) return;  // moving the map to make room for an open card does not close it
    layer.clearLayers();
    const bounds = plane.getBounds().pad(0.2);
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    for (const { properties, geometry: { coordinates: [lon, lat] } } of index.getClusters(box, Math.floor(plane.getZoom()))) {
      (properties.cluster ? group(properties, [lat, lon]) : single(properties, [lat, lon])).addTo(layer);
    }
  };
  plane.on("moveend popupclose", () => setTimeout(show));
  if (points.length && box.dataset.mapFit !== undefined) {
    plane.fitBounds(L.latLngBounds(points.map(({ lat, lon }) => [lat, lon])).pad(0.15), { maxZoom: 15.5 });
  }
  show();
}
