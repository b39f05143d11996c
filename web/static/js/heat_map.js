// Diagrams with a number at each element and a shade that says the same. The table below holds all of it as text.
import { NavigatedViewer } from "../vendor/bpmn-viewer.js";

async function draw(holder) {
  const words = JSON.parse(holder.dataset.words);
  const wait = holder.querySelector(".diagram-wait");
  const viewer = new NavigatedViewer({ container: holder });
  try {
    const answer = await fetch(holder.dataset.url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.statusText);
    await viewer.importXML(await answer.text());
  } catch {
    wait.textContent = words.failed;
    return;
  }
  wait.remove();
  show(viewer, JSON.parse(holder.dataset.heat), words);
  connect(holder, viewer);
  holder.dataset.drawn = "yes";
}

function show(viewer, heat, words) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const elements = viewer.get("elementRegistry");
  for (const [id, one] of Object.entries(heat)) {
    const element = elements.get(id);
    if (!element) continue;
    const holds = element.children.some((child) => child.type !== "label");
    if (!holds) canvas.addMarker(id, `heat-${one.level}`);
    const pin = document.createElement("a");
    pin.className = "heat-pin";
    pin.href = one.href;
    pin.textContent = one.text;
    pin.setAttribute("aria-label", `${element.businessObject.name || id}, ${words.measure}: ${one.text}`);
    overlays.add(id, { position: { top: -13, left: 4 }, html: pin });
  }
}

function connect(holder, viewer) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const busiest = Object.entries(JSON.parse(holder.dataset.heat)).sort((a, b) => b[1].level - a[1].level)[0]?.[0];
  if (canvas.zoom() < 0.5 && busiest && viewer.get("elementRegistry").get(busiest)) {
    canvas.zoom(0.6);
    canvas.scrollToElement(busiest, { top: 80, bottom: 80, left: 120, right: 120 });
  }
  const step = (factor) => canvas.zoom(Math.min(3, Math.max(0.15, canvas.zoom() * factor)));
  const act = { in: () => step(1.25), out: () => step(0.8), fit: () => canvas.zoom("fit-viewport", "auto") };
  for (const button of holder.closest(".card").querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => act[button.dataset.zoom]());
  }
  // What the pointer is on in the table is pointed out on the map, and the other way round.
  const point = (event, on) => {
    const id = event.target.closest?.("[data-element]")?.dataset.element;
    if (id && viewer.get("elementRegistry").get(id)) canvas[on ? "addMarker" : "removeMarker"](id, "mark-told");
  };
  document.addEventListener("mouseover", (event) => point(event, true));
  document.addEventListener("mouseout", (event) => point(event, false));
  const row = (id, on) => document.querySelector(`tr[data-element="${CSS.escape(id)}"]`)?.classList.toggle("is-told", on);
  viewer.on("element.hover", (event) => row(event.element.id, true));
  viewer.on("element.out", (event) => row(event.element.id, false));
}

for (const holder of document.querySelectorAll("[data-heat-map]")) draw(holder);
