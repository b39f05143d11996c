// The editor of diagrams, with our own group of properties and the server's findings pinned on.
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaModdle, MinimapModule, Modeler } from "../vendor/bpmn-modeler.js";
import { liandongProperties } from "./models_properties.js";

const PINS = "finding";
// A default is left out when a model is saved. What stands for a default elsewhere is not always one here, so what the
// author wrote is always written again.
const CAMUNDA = JSON.parse(JSON.stringify(CamundaModdle), (key, value) => (key === "default" ? undefined : value));

export async function edit({ canvas, panel, words, forms, groups, translate }, changed) {
  const modeler = new Modeler({
    container: canvas,
    propertiesPanel: { parent: panel },
    additionalModules: [BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, MinimapModule, liandongProperties({ words, forms, groups }), { translate: ["value", translate] }],
    moddleExtensions: { camunda: CAMUNDA },
  });
  modeler.on("commandStack.changed", changed);
  return {
    load: async (text) => {
      await modeler.importXML(text);
      modeler.get("canvas").zoom("fit-viewport", "auto");
    },
    text: async () => (await modeler.saveXML({ format: true })).xml,
    pin: (problems) => {
      const overlays = modeler.get("overlays");
      overlays.remove({ type: PINS });
      const byElement = Map.groupBy ? Map.groupBy(problems, (problem) => problem.element) : grouped(problems);
      for (const [id, here] of byElement) {
        if (!modeler.get("elementRegistry").get(id)) continue;
        const worst = ["error", "warning", "info"].find((severity) => here.some((problem) => problem.severity === severity));
        const flag = Object.assign(document.createElement("span"), {
          className: `pin ${worst}`, textContent: here.length > 1 ? `! ${here.length}` : "!",
          title: here.map((problem) => problem.text).join("\n"),
        });
        overlays.add(id, PINS, { position: { top: -12, left: -6 }, html: flag });
      }
    },
    show: (id) => {
      const element = modeler.get("elementRegistry").get(id);
      if (!element) return;
      if (modeler.get("canvas").zoom() < 0.5) modeler.get("canvas").zoom(0.8);
      modeler.get("canvas").scrollToElement(id, { top: 120, bottom: 120, left: 120, right: 120 });
      // The panel shows the whole process until it has drawn itself once.
      requestAnimationFrame(() => setTimeout(() => modeler.get("selection").select(element)));
      canvas.scrollIntoView({ block: "nearest" });
    },
  };
}

function grouped(problems) {
  const found = new Map();
  for (const problem of problems) found.set(problem.element, [...(found.get(problem.element) ?? []), problem]);
  return found;
}
