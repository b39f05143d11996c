// Maps over our own outlines of places: no tiles are fetched unless the city names a server for them.
//
// <div data-map …> is made by components/map.html, which says what every attribute is. What a map shows stands
// beside it as text too, so nothing here is needed to read or fill in a page.
import * as L from "../vendor/leaflet.js";
import { showAreas } from "./map_areas.js";
import { showPoints } from "./map_points.js";
import { setUpPin } from "./map_pin.js";

const NEAR = 13.5, NEAREST = 15;
const LEVELS = "city,district,subdistrict,water,green,road";
const FAR = { padding: [12, 12] };
const chinese = document.documentElement.lang.startsWith("zh");
const fetched = new Map();

function outlines(address, levels) {
  const from = `${address}&level=${levels}`;
  if (!fetched.has(from)) fetched.set(from, fetch(from).then((answer) => answer.json()));
  return fetched.get(from);
}

const nameOf = ({ name_zh: zh, name_en: en }) => (chinese ? zh : en);

// A name in the middle of what it names; which of them are seen at which zoom is css/map.css' matter.
function label(feature, layer) {
  const at = layer.getCenter();
  const icon = L.divIcon({ className: `map-name is-${feature.properties.level}`, iconSize: null });
  const marker = L.marker(at, { icon, pane: "names", interactive: false, keyboard: false });
  marker.on("add", () => {
    const text = document.createElement("span");
    text.textContent = nameOf(feature.properties);
    marker.getElement().replaceChildren(text);
    marker.getElement().setAttribute("aria-hidden", "true");
  });
  return marker;
}

function draw(plane, collection, { names, chosen }) {
  const drawn = L.geoJSON(collection, {
    interactive: false,
    style: ({ properties: { code, level } }) => ({ className: `map-${level}${code === chosen ? " is-chosen" : ""}` }),
  }).addTo(plane);
  if (names) drawn.eachLayer((layer) => { if (layer.feature.properties.level !== "city") label(layer.feature, layer).addTo(plane); });
  return drawn;
}

async function setUp(box) {
  const { mapShapes, mapTiles, mapCredit, mapView, mapPoints, mapPick, mapChosen, mapAreas } = box.dataset;
  let places = [];
  const plane = L.map(box, {
    attributionControl: Boolean(mapTiles), zoomControl: false, scrollWheelZoom: false, minZoom: 9, maxZoom: 18,
    zoomSnap: 0.25, zoomDelta: 1, keyboardPanDelta: 60, fadeAnimation: false,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  L.control.zoom({ zoomInTitle: box.dataset.wordIn, zoomOutTitle: box.dataset.wordOut }).addTo(plane);
  // A page is scrolled past a map; whoever is at the map zooms it.
  plane.on("focus", () => plane.scrollWheelZoom.enable()).on("blur", () => plane.scrollWheelZoom.disable());
  const see = () => {
    const zoom = plane.getZoom();
    box.dataset.zoom = zoom >= NEAREST ? "nearest" : zoom >= NEAR ? "near" : "far";
  };
  plane.on("zoomend", see);
  if (mapTiles) L.tileLayer(mapTiles, { attribution: mapCredit, maxZoom: 19 }).addTo(plane);
  box.classList.toggle("has-tiles", Boolean(mapTiles));
  plane.createPane("names").style.zIndex = 450;
  plane.setView([0, 0], 9);
  if (mapShapes) {
    const drawn = draw(plane, await outlines(mapShapes, LEVELS), { names: true, chosen: mapChosen });
    const whole = drawn.getBounds();
    places = drawn.getLayers().map((layer) => layer.feature);
    if (whole.isValid()) {
      const chosen = drawn.getLayers().find((layer) => layer.feature.properties.code === mapChosen);
      plane.fitBounds(chosen ? chosen.getBounds() : whole, FAR);
      plane.setMaxBounds(whole.pad(0.5));
    }
    let communities = null;
    const finer = async () => {
      if (communities || plane.getZoom() < NEAR) return;
      communities = outlines(mapShapes, "community");
      draw(plane, await communities, { names: true }).bringToBack();
    };
    plane.on("zoomend", finer);
  }
  if (mapView) {
    const [lat, lon, zoom] = mapView.split(",").map(Number);
    plane.setView([lat, lon], zoom || 15);
  }
  see();
  if (mapPoints) await showPoints(plane, box, L);
  if (mapAreas !== undefined) showAreas(plane, box, L, (code) => places.find(({ properties }) => properties.code === code));
  if (mapPick) setUpPin(plane, box, L);
  box.classList.add("is-ready");
  plane.fire("zoomend");
  new ResizeObserver(() => plane.invalidateSize({ pan: false })).observe(box);
}

function setUpAll(part) {
  for (const box of part.querySelectorAll("[data-map]")) {
    setUp(box).catch((error) => {
      box.classList.add("is-missing");
      throw error;
    });
  }
}

setUpAll(document);
// What is drawn into a page later says so.
document.addEventListener("liandong:drawn", (event) => setUpAll(event.detail));
