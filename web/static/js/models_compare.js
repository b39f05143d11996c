// Two diagrams that move together, each marked with what is different in it. Every text is set as text.
import { NavigatedViewer } from "../vendor/bpmn-viewer.js";

const SIGNS = { added: "+", removed: "−", changed: "≠", moved: "↔" };

async function draw(holder, words) {
  const viewer = new NavigatedViewer({ container: holder });
  const wait = holder.querySelector(".diagram-wait");
  try {
    const answer = await fetch(holder.dataset.url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.statusText);
    await viewer.importXML(await answer.text());
  } catch {
    wait.textContent = words.failed;
    return null;
  }
  wait.remove();
  return viewer;
}

function mark(viewer, marks, words) {
  const elements = viewer.get("elementRegistry");
  for (const [id, kind] of Object.entries(marks)) {
    const element = elements.get(id);
    if (!element) continue;
    const holdsOthers = element.children?.some((child) => child.type !== "label");
    viewer.get("canvas").addMarker(id, `diff-${kind}${holdsOthers ? "-frame" : ""}`);
    if (element.waypoints && kind === "moved") continue;
    const flag = document.createElement("span");
    flag.className = `pin diff ${kind}`;
    flag.textContent = SIGNS[kind];
    flag.title = words[kind];
    const position = element.waypoints ? { top: -10, left: -10 } : { top: -12, left: -6 };
    viewer.get("overlays").add(id, { position, html: flag });
  }
}

// What one shows, the other shows: same place, same size.
function tie(viewers) {
  let busy = false;
  for (const viewer of viewers) {
    viewer.get("eventBus").on("canvas.viewbox.changed", () => {
      if (busy) return;
      busy = true;
      const { x, y, scale } = viewer.get("canvas").viewbox();
      for (const other of viewers) {
        if (other === viewer) continue;
        const { outer } = other.get("canvas").viewbox();
        other.get("canvas").viewbox({ x, y, width: outer.width / scale, height: outer.height / scale });
      }
      busy = false;
    });
  }
}

function show(viewers, id) {
  for (const viewer of viewers) {
    if (!viewer.get("elementRegistry").get(id)) continue;
    const canvas = viewer.get("canvas");
    if (canvas.zoom() < 0.5) canvas.zoom(0.7);
    canvas.scrollToElement(id, { top: 120, bottom: 120, left: 120, right: 120 });
    return;
  }
}

function point(viewers, id) {
  for (const viewer of viewers) {
    const elements = viewer.get("elementRegistry");
    const canvas = viewer.get("canvas");
    elements.filter((element) => canvas.hasMarker(element, "mark-told")).forEach((element) => canvas.removeMarker(element, "mark-told"));
    if (id && elements.get(id)) canvas.addMarker(id, "mark-told");
  }
}

const root = document.querySelector("[data-compare]");
const marks = JSON.parse(root.dataset.compare);
const words = JSON.parse(root.dataset.words);
const holders = [...root.querySelectorAll("[data-side]")];
const viewers = (await Promise.all(holders.map((holder) => draw(holder, words)))).filter(Boolean);
viewers.forEach((viewer) => mark(viewer, marks, words));
viewers.forEach((viewer) => viewer.get("canvas").zoom("fit-viewport", "auto"));
tie(viewers);

const listed = [...root.querySelectorAll("[data-show]")].map((button) => button.dataset.show);
let at = -1;
function go(id) {
  at = listed.indexOf(id);
  point(viewers, id);
  show(viewers, id);
}
root.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-show]");
  if (chosen) {
    go(chosen.dataset.show);
    root.querySelector(".beside").scrollIntoView({ block: "nearest" });
    return;
  }
  const step = event.target.closest("[data-step]");
  if (step && listed.length) go(listed[(at + Number(step.dataset.step) + listed.length) % listed.length]);
  const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
  if (zoom && viewers.length) {
    const canvas = viewers.at(-1).get("canvas");
    canvas.zoom(zoom === "fit" ? "fit-viewport" : Math.min(3, Math.max(0.15, canvas.zoom() * (zoom === "in" ? 1.25 : 0.8))), "auto");
  }
});
root.addEventListener("mouseover", (event) => {
  const line = event.target.closest("[data-element]");
  if (line) point(viewers, line.dataset.element);
});
root.dataset.drawn = "yes";
