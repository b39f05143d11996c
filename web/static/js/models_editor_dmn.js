// The editor of decisions: the requirements diagram and each table as a view of its own, the server's findings pinned on
// rules, cells and columns.
import { DmnModeler } from "../vendor/dmn-editor.js";

const COLOURS = { error: "#b3261e", warning: "#845000", info: "#485866" };

export async function edit({ canvas, translate }, changed) {
  const tabs = Object.assign(document.createElement("div"), { className: "dmn-tabs" });
  const holder = Object.assign(document.createElement("div"), { className: "dmn-holder" });
  canvas.append(tabs, holder);
  const additionalModules = [{ translate: ["value", translate] }];
  const modeler = new DmnModeler({
    container: holder,
    drd: { additionalModules }, decisionTable: { additionalModules },
    literalExpression: { additionalModules }, boxedExpression: { additionalModules },
  });
  const watched = new WeakSet();
  const pins = pinning(holder);

  function showTabs() {
    const active = modeler.getActiveView();
    tabs.replaceChildren(...modeler.getViews().map((view) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: view.name || view.id || view.type });
      button.setAttribute("aria-pressed", String(view.element === active?.element));
      button.addEventListener("click", () => modeler.open(view));
      const found = [...idsOf(view)].flatMap((id) => pins.of(id));
      if (found.length) button.append(Object.assign(document.createElement("span"), { className: `pin ${worst(found)}`, textContent: `! ${found.length}` }));
      return button;
    }));
  }

  modeler.on("views.changed", () => {
    showTabs();
    const viewer = modeler.getActiveViewer();
    const bus = viewer?.get("eventBus");
    if (bus && !watched.has(bus)) {
      watched.add(bus);
      bus.on("commandStack.changed", changed);
      bus.on("elements.changed", changed);
    }
  });
  return {
    load: async (text) => {
      await modeler.importXML(text);
      const table = modeler.getViews().find((view) => view.type === "decisionTable");
      if (table) await modeler.open(table);
    },
    text: async () => (await modeler.saveXML({ format: true })).xml,
    pin: (problems) => {
      pins.show(problems);
      showTabs();
    },
    show: async (id) => {
      const view = modeler.getViews().find((one) => idsOf(one).has(id));
      if (!view) return;
      await modeler.open(view);
      holder.querySelector(`[data-element-id="${CSS.escape(id)}"], [data-col-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "center", inline: "center" });
    },
  };
}

// Everything in a view at which a finding can be: the decision, its table, rules, cells and columns.
function idsOf({ element }) {
  const logic = element.decisionLogic ?? {};
  const rules = (logic.rule ?? []).flatMap((rule) => [rule, ...(rule.inputEntry ?? []), ...(rule.outputEntry ?? [])]);
  const columns = [...(logic.input ?? []).flatMap((input) => [input, input.inputExpression]), ...(logic.output ?? [])];
  return new Set([element, logic, ...rules, ...columns].map((one) => one?.id).filter(Boolean));
}

const worst = (problems) => Object.keys(COLOURS).find((severity) => problems.some((problem) => problem.severity === severity));

// The table draws itself anew at every change, so nothing is added to it: a style sheet of its own marks the places.
function pinning(holder) {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  let byElement = new Map();
  holder.addEventListener("mouseover", ({ target }) => {
    const place = target.closest?.("[data-element-id], [data-col-id]");
    const here = place && (byElement.get(place.dataset.elementId) ?? byElement.get(place.dataset.colId));
    if (here) place.title = here.map((problem) => problem.text).join("\n");
  });
  return {
    of: (id) => byElement.get(id) ?? [],
    show: (problems) => {
      byElement = new Map();
      for (const problem of problems) {
        if (problem.element) byElement.set(problem.element, [...(byElement.get(problem.element) ?? []), problem]);
      }
      sheet.replaceSync([...byElement].map(([id, here]) => {
        const name = CSS.escape(id);
        const places = [`td[data-element-id="${name}"]`, `th[data-col-id="${name}"]`];
        const colour = COLOURS[worst(here)] ?? COLOURS.info;
        return `${places.join(", ")} { box-shadow: inset 0 0 0 2px ${colour}; }
          ${places.map((place) => `${place}::before`).join(", ")} { content: "!"; float: inline-end; padding: 0 0.4em; margin-inline-start: 0.2em; font-weight: 700; color: #fff; background: ${colour}; border-radius: 99px; }`;
      }).join("\n"));
    },
  };
}
