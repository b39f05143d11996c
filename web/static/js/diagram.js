// The read-only diagram of a model: fetched, drawn, marked. Every text is set as text, never as markup.
import { NavigatedViewer } from "../vendor/bpmn-viewer.js";

const MARKS = { completed: "mark-done", active: "mark-active", here: "mark-here", stopped: "mark-stopped" };

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
    return null;
  }
  wait.remove();
  return { viewer, words };
}

function show({ viewer, words }, marks) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const elements = viewer.get("elementRegistry");
  overlays.clear();
  elements.forEach((element) => Object.values(MARKS).forEach((name) => {
    canvas.removeMarker(element, name);
    canvas.removeMarker(element, `${name}-frame`);
  }));
  // A sub-process holds places of its own: it gets a frame only.
  const mark = (id, name) => {
    const element = elements.get(id);
    if (element) canvas.addMarker(id, element.children.some((child) => child.type !== "label") ? `${name}-frame` : name);
  };
  marks.completed.forEach((id) => mark(id, MARKS.completed));
  Object.keys(marks.active).forEach((id) => mark(id, MARKS.active));
  marks.here.forEach((id) => mark(id, MARKS.here));
  marks.stopped.forEach((id) => mark(id, MARKS.stopped));

  for (const [id, count] of Object.entries(marks.active)) {
    if (count > 1) pin(overlays, elements, id, `× ${count}`, "active", words.active);
  }
  marks.here.forEach((id) => pin(overlays, elements, id, words.here, "here"));
  marks.stopped.forEach((id) => pin(overlays, elements, id, words.stopped, "stopped"));
  for (const problem of marks.problems) pin(overlays, elements, problem.element, problem.sign, problem.severity, problem.text);
}

function pin(overlays, elements, id, text, kind, title = "") {
  if (!elements.get(id)) return;
  const flag = document.createElement("span");
  flag.className = `pin ${kind}`;
  flag.textContent = text;
  if (title) flag.title = title;
  overlays.add(id, { position: { top: -12, left: -6 }, html: flag });
}

// The whole diagram where it stays readable; otherwise the place that matters, at a readable size.
function fit({ viewer }, marks) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const drawn = [...marks.focus, ...marks.here, ...marks.stopped, ...Object.keys(marks.active)].map((id) => viewer.get("elementRegistry").get(id)).filter(Boolean);
  // Work before what only frames it or waits beside it.
  const place = drawn.find((element) => !element.host && !element.children.some((child) => child.type !== "label")) ?? drawn[0];
  if (canvas.zoom() >= 0.5 || !place) return;
  canvas.zoom(0.7);
  canvas.scrollToElement(place, { top: 90, bottom: 90, left: 160, right: 160 });
}

function readMarks() {
  const source = document.querySelector("[data-diagram-marks]");
  return source ? JSON.parse(source.dataset.diagramMarks) : { completed: [], active: {}, here: [], focus: [], stopped: [], problems: [] };
}

function connect(holder, drawn) {
  const canvas = drawn.viewer.get("canvas");
  const step = (factor) => canvas.zoom(Math.min(3, Math.max(0.15, canvas.zoom() * factor)));
  const act = { in: () => step(1.25), out: () => step(0.8), fit: () => canvas.zoom("fit-viewport", "auto") };
  for (const button of holder.closest(".card").querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => act[button.dataset.zoom]());
  }
  // What the pointer is on in the story or in a list of findings is pointed out on the diagram.
  const told = (event, name) => event.target.closest?.("[data-element], [data-elements]")?.dataset[name];
  const toggle = (event, on) => {
    const ids = (told(event, "elements") ?? told(event, "element") ?? "").split(" ").filter(Boolean);
    for (const id of ids) {
      if (drawn.viewer.get("elementRegistry").get(id)) canvas[on ? "addMarker" : "removeMarker"](id, "mark-told");
    }
  };
  document.addEventListener("mouseover", (event) => toggle(event, true));
  document.addEventListener("mouseout", (event) => toggle(event, false));
}

async function begin(holder) {
  holder.dataset.begun = "yes";
  const drawn = await draw(holder);
  if (!drawn) return;
  show(drawn, readMarks());
  fit(drawn, readMarks());
  connect(holder, drawn);
  holder.viewer = drawn.viewer;
  holder.dataset.drawn = "yes";
  holder.dispatchEvent(new CustomEvent("diagram:drawn", { bubbles: true }));
  document.addEventListener("htmx:after:swap", () => { if (holder.isConnected) show(drawn, readMarks()); });
}

// One diagram to a page; a task that opens beside a list brings its own.
const beginNew = () => { const holder = document.querySelector("[data-diagram]:not([data-begun])"); return holder && begin(holder); };
document.addEventListener("htmx:after:swap", beginNew);
await beginNew();
