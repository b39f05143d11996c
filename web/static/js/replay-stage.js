// The diagrams of a replay: one viewer per version, marks that change only where something changed, tokens that run
// along the sequence flows. Every text is set as text.
import { NavigatedViewer } from "../vendor/bpmn-viewer.js";

const READABLE = 0.5;
const COMFORTABLE = 0.75;
const SVG = "http://www.w3.org/2000/svg";

export class Stage {
  constructor(holder, { urlOf, words, choose }) {
    this._holder = holder;
    this._urlOf = urlOf;
    this._words = words;
    this._choose = choose;
    this._views = new Map();
    this._view = null;
    this._running = 0;
  }

  // Show this version's diagram, drawn when first asked for; false when it cannot be drawn.
  async open(definition) {
    let view = this._views.get(definition);
    if (!view) {
      view = await this._draw(definition);
      this._views.set(definition, view);
    }
    if (view !== this._view) {
      if (this._view) this._view.box.hidden = true;
      view.box.hidden = false;
      this._view = view;
      this.fit();
    }
    return Boolean(view.viewer);
  }

  async _draw(definition) {
    const box = document.createElement("div");
    box.className = "replay-view";
    this._holder.append(box);
    const viewer = new NavigatedViewer({ container: box });
    const wait = this._holder.querySelector(".diagram-wait");
    try {
      const answer = await fetch(this._urlOf(definition), { credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.statusText);
      await viewer.importXML(await answer.text());
    } catch {
      box.textContent = this._words.failed;
      wait?.remove();
      return { box, viewer: null };
    }
    wait?.remove();
    viewer.get("eventBus").on("element.click", ({ element }) => {
      const chosen = element.labelTarget ?? element;
      if (chosen.parent) this._choose(chosen.id, this.nameOf(chosen.id));
    });
    return { box, viewer, marks: new Map(), pins: new Map() };
  }

  get _parts() {
    const viewer = this._view?.viewer;
    return viewer ? { canvas: viewer.get("canvas"), overlays: viewer.get("overlays"), elements: viewer.get("elementRegistry") } : null;
  }

  nameOf(id) { return this._parts?.elements.get(id)?.businessObject?.name ?? ""; }

  has(id) { return Boolean(this._parts?.elements.get(id)); }

  fit() { this._parts?.canvas.zoom("fit-viewport", "auto"); }

  zoom(factor) {
    const canvas = this._parts?.canvas;
    canvas?.zoom(Math.min(3, Math.max(0.15, canvas.zoom() * factor)));
  }

  // marks: element → mark names; pins: element → {text, kind}.
  show(marks, pins) {
    const parts = this._parts;
    if (!parts) return;
    const { canvas, overlays, elements } = parts;
    const wanted = new Map();
    for (const [id, names] of marks) {
      const element = elements.get(id);
      // A sub-process holds places of its own: it gets a frame only.
      const holds = element?.children?.some((child) => child.type !== "label");
      if (element) for (const name of names) wanted.set(`${id} ${holds && name !== "mark-told" ? `${name}-frame` : name}`, id);
    }
    for (const [key, id] of this._view.marks) if (!wanted.has(key)) canvas.removeMarker(id, key.slice(id.length + 1));
    for (const [key, id] of wanted) if (!this._view.marks.has(key)) canvas.addMarker(id, key.slice(id.length + 1));
    this._view.marks = wanted;

    const kept = new Map();
    for (const [id, { text, kind }] of pins) {
      if (!elements.get(id)) continue;
      const key = `${id} ${kind} ${text}`;
      kept.set(key, this._view.pins.get(key) ?? overlays.add(id, { position: { top: -13, left: -6 }, html: pin(text, kind) }));
    }
    for (const [key, overlay] of this._view.pins) if (!kept.has(key)) overlays.remove(overlay);
    this._view.pins = kept;
  }

  // Have the place in sight: its own plane where it lies in a folded sub-process, at a readable size.
  lookAt(id) {
    const parts = this._parts;
    const element = parts?.elements.get(id);
    if (!element) return;
    const { canvas } = parts;
    const root = canvas.findRoot(element);
    if (root && root !== canvas.getRootElement()) {
      canvas.setRootElement(root);
      this.fit();
    }
    if (canvas.zoom() < READABLE) canvas.zoom(COMFORTABLE, { x: element.x ?? 0, y: element.y ?? 0 });
    const box = canvas.getAbsoluteBBox(element), size = canvas.getSize();
    const inside = box.x > 20 && box.y > 30 && box.x + box.width < size.width - 20 && box.y + box.height < size.height - 20;
    if (!inside) canvas.scrollToElement(element, { top: 90, bottom: 90, left: 160, right: 160 });
  }

  // A token runs along a flow; resolves when it has arrived, at once where it cannot be seen.
  run(flow, milliseconds) {
    const parts = this._parts;
    const connection = parts?.elements.get(flow);
    if (!connection?.waypoints || milliseconds < 30 || parts.canvas.findRoot(connection) !== parts.canvas.getRootElement()) return Promise.resolve();
    const number = this._running;
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("r", "9");
    dot.setAttribute("class", "replay-token");
    parts.canvas.getLayer("replay", 1).append(dot);
    const length = lengthOf(connection.waypoints);
    return new Promise((resolve) => {
      let began = null;
      const step = (now) => {
        began ??= now;
        const part = Math.min(1, (now - began) / milliseconds);
        const { x, y } = pointAt(connection.waypoints, length * part);
        dot.setAttribute("cx", x);
        dot.setAttribute("cy", y);
        if (part < 1 && number === this._running) requestAnimationFrame(step);
        else { dot.remove(); resolve(); }
      };
      requestAnimationFrame(step);
    });
  }

  // Let every token that is under way arrive at once.
  stop() { this._running += 1; }
}

function pin(text, kind) {
  const flag = document.createElement("span");
  flag.className = `pin ${kind}`;
  flag.textContent = text;
  return flag;
}

export function lengthOf(points) {
  let length = 0;
  for (let at = 1; at < points.length; at += 1) length += Math.hypot(points[at].x - points[at - 1].x, points[at].y - points[at - 1].y);
  return length;
}

export function pointAt(points, distance) {
  let left = distance;
  for (let at = 1; at < points.length; at += 1) {
    const from = points[at - 1], to = points[at];
    const part = Math.hypot(to.x - from.x, to.y - from.y);
    if (left <= part && part > 0) return { x: from.x + (to.x - from.x) * left / part, y: from.y + (to.y - from.y) * left / part };
    left -= part;
  }
  return points[points.length - 1];
}
