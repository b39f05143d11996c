// The room of one emergency: its clocks tick, and the map follows what changes.
import { startClocks, tick } from "./emergency_clocks.js";

startClocks();
document.addEventListener("htmx:after:swap", () => {
  tick();
  const areas = document.querySelector("#room-live [data-areas]")?.dataset.areas;
  const map = document.querySelector(".room-map [data-map]");
  if (areas && map) map.dispatchEvent(new CustomEvent("liandong:areas", { detail: JSON.parse(areas) }));
});
