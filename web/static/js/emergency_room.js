// The room of one emergency keeps itself, as the board does; the map follows what changes.
import { startClocks, tick } from "./emergency_clocks.js";
import { follow } from "./emergency_stream.js";

const room = document.querySelector("#room-live");
const { case: caseId, href } = room.dataset;
let { etag } = room.dataset;

async function put(html) {
  await window.htmx.swap({ sourceElement: room, target: room, text: html, swap: "innerMorph" });
  tick();
  const areas = room.querySelector("[data-areas]")?.dataset.areas;
  const map = document.querySelector(".room-map [data-map]");
  if (areas && map) map.dispatchEvent(new CustomEvent("liandong:areas", { detail: JSON.parse(areas) }));
}

async function look() {
  const answer = await fetch(href, { headers: { "HX-Request": "true", "If-None-Match": etag } });
  if (answer.status !== 200 && answer.status !== 304) throw new Error(String(answer.status));
  if (answer.status === 304) return;
  etag = answer.headers.get("ETag");
  await put(await answer.text());
}

// What re-planned work shows is asked for when it was called or finished, and while it runs; not by all at once.
const replan = document.querySelector("#room-replan");
const replanned = () => replan?.dispatchEvent(new CustomEvent("replanned"));
let soon = 0;
setInterval(() => { if (replan?.querySelector("progress")) replanned(); }, 15_000);

startClocks();
follow({
  query: `room=${encodeURIComponent(caseId)}`, put, look, settled: tick,
  // Closed: it stands here as it ended.
  gone: () => look().catch(() => null),
  anew: () => null,
  beside: (id) => { if (id === caseId) { clearTimeout(soon); soon = setTimeout(replanned, 500 + Math.random() * 4_000); } },
});
