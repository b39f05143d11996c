// The editor of decisions: the requirements diagram and each table as a view of its own.
import { DmnModeler } from "../vendor/dmn-editor.js";

export async function edit({ canvas }, changed) {
  const tabs = Object.assign(document.createElement("div"), { className: "dmn-tabs" });
  const holder = Object.assign(document.createElement("div"), { className: "dmn-holder" });
  canvas.append(tabs, holder);
  const modeler = new DmnModeler({ container: holder });
  const watched = new WeakSet();

  function showTabs() {
    const active = modeler.getActiveView();
    tabs.replaceChildren(...modeler.getViews().map((view) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: view.name || view.id || view.type });
      button.setAttribute("aria-pressed", String(view.element === active?.element));
      button.addEventListener("click", () => modeler.open(view));
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
    show: (id) => {
      const view = modeler.getViews().find(({ element }) => element.id === id || element.decisionLogic?.id === id);
      if (view) modeler.open(view);
    },
  };
}
