// The board keeps itself: cards come, change their place and go; counts and the map follow.
import { startClocks, tick } from "./emergency_clocks.js";
import { follow } from "./emergency_stream.js";

const page = document.querySelector("[data-duty-room]");
const list = page.querySelector("[data-emergencies]");
let etag = null;

const cards = () => [...list.querySelectorAll("[data-emergency]")];

function settle() {
  const open = cards().filter((card) => card.dataset.over === "no");
  const real = open.filter((card) => !card.classList.contains("is-exercise"));
  for (const count of page.querySelectorAll("[data-level-count]")) {
    const number = real.filter((card) => card.dataset.rank === count.dataset.levelCount).length;
    count.querySelector(":scope > b").textContent = number;
    count.classList.toggle("is-none", number === 0);
  }
  const drills = page.querySelector("[data-drill-count]");
  drills.querySelector(":scope > b").textContent = open.length - real.length;
  drills.classList.toggle("is-none", open.length === real.length);
  page.querySelector("[data-no-emergency]").hidden = cards().length > 0;
  const areas = open.flatMap((card) => (card.dataset.areas ? JSON.parse(card.dataset.areas) : []));
  for (const map of page.querySelectorAll("[data-map]")) {
    map.dataset.mapAreas = JSON.stringify(areas);
    map.dispatchEvent(new CustomEvent("liandong:areas", { detail: areas }));
  }
  tick();
  document.dispatchEvent(new CustomEvent("liandong:board"));
}

function put(html) {
  const made = document.createRange().createContextualFragment(html).querySelector("[data-emergency]");
  const before = document.getElementById(made.id);
  const focus = before?.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  if (before?.classList.contains("is-shown")) made.classList.add("is-shown");
  before?.remove();
  if (!before) made.classList.add("is-new");
  const after = cards().find((card) => card.dataset.order > made.dataset.order);
  list.insertBefore(made, after ?? null);
  if (focus) made.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus();
}

async function look() {
  const answer = await fetch(location.pathname, { headers: { "HX-Request": "true", ...(etag && { "If-None-Match": etag }) } });
  if (answer.status !== 200 && answer.status !== 304) throw new Error(String(answer.status));
  if (answer.status === 304) return;
  etag = answer.headers.get("ETag");
  const found = document.createRange().createContextualFragment(await answer.text());
  const ids = new Set([...found.querySelectorAll("[data-emergency]")].map((card) => card.id));
  for (const card of cards()) if (!ids.has(card.id)) card.remove();
  for (const card of [...found.querySelectorAll("[data-emergency]")]) put(card.outerHTML);
  settle();
}

startClocks();
follow({
  query: "", put, look, settled: settle,
  gone: (caseId) => document.getElementById(`emergency-${caseId}`)?.remove(),
  anew: () => { for (const card of cards()) card.remove(); },
});
