// A finding in the list leads to its element on the diagram, and a pin on the diagram to its finding.
function connect(viewer) {
  const elements = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  for (const button of document.querySelectorAll("[data-show]")) {
    if (!elements.get(button.dataset.show)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      if (canvas.zoom() < 0.5) canvas.zoom(0.8);
      canvas.scrollToElement(button.dataset.show, { top: 120, bottom: 120, left: 120, right: 120 });
      elements.forEach((element) => canvas.removeMarker(element, "mark-shown"));
      canvas.addMarker(button.dataset.show, "mark-shown");
      document.querySelector("[data-diagram]").scrollIntoView({ block: "nearest" });
    });
  }
  viewer.get("eventBus").on("element.click", ({ element }) => {
    const line = document.querySelector(`.problem[data-element="${CSS.escape(element.id)}"]`);
    if (!line) return;
    document.querySelectorAll(".problem.is-told").forEach((other) => other.classList.remove("is-told"));
    line.classList.add("is-told");
    line.scrollIntoView({ block: "center" });
  });
}

const holder = document.querySelector("[data-diagram]");
if (holder?.viewer) connect(holder.viewer);
else document.addEventListener("diagram:drawn", (event) => connect(event.target.viewer), { once: true });
