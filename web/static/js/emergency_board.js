// The board keeps itself: the server sends the card of every emergency that changed, to all who look, drawn once.
// After a broken connection the browser names what it heard last and gets what is new. Without any connection the page
// looks again every 20 seconds, and says so.
import { hourNow, setHour, startClocks, tick } from "./emergency_clocks.js";

const POLL = 20_000, AGAIN = 60_000, SILENT = 45_000;
const page = document.querySelector("[data-duty-room]");
const list = page.querySelector("[data-emergencies]");
const state = page.querySelector("[data-live-state]");
let source = null, poll = 0, heardAt = Date.now(), etag = null;

const cards = () => [...list.querySelectorAll("[data-emergency]")];

function say(kind) {
  const { wordLive, wordLost, wordPolls } = state.dataset;
  state.dataset.state = kind;
  const words = { live: wordLive, lost: wordLost, polls: wordPolls }[kind];
  const box = state.querySelector("[data-live-words]");
  if (box.textContent !== words) box.textContent = words;
}

function heard() {
  heardAt = Date.now();
  state.querySelector("[data-live-time]").textContent = hourNow().toLocaleTimeString(document.documentElement.lang, { hour12: false, timeZone: page.dataset.zone });
}

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

function put(html, isNew) {
  const made = document.createRange().createContextualFragment(html).querySelector("[data-emergency]");
  const before = document.getElementById(made.id);
  const focus = before?.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  if (before?.classList.contains("is-shown")) made.classList.add("is-shown");
  before?.remove();
  if (isNew && !before) made.classList.add("is-new");
  const after = cards().find((card) => card.dataset.order > made.dataset.order);
  list.insertBefore(made, after ?? null);
  if (focus) made.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus();
}

async function look() {
  const answer = await fetch(location.pathname, { headers: { "HX-Request": "true", ...(etag && { "If-None-Match": etag }) } });
  if (answer.status !== 200 && answer.status !== 304) throw new Error(String(answer.status));
  if (answer.status === 200) {
    etag = answer.headers.get("ETag");
    list.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
    settle();
  }
  heard();
  say("polls");
}

function listen() {
  source?.close();
  source = new EventSource(`/live?board=${encodeURIComponent(page.dataset.tag)}`);
  const told = (event) => { setHour(event.data); heard(); say("live"); };
  source.addEventListener("open", () => { clearInterval(poll); poll = 0; heard(); say("live"); });
  source.addEventListener("beat", told);
  source.addEventListener("shown", (event) => { page.dataset.tag = event.lastEventId; told(event); settle(); });
  source.addEventListener("anew", () => { for (const card of cards()) card.remove(); });
  source.addEventListener("gone", (event) => document.getElementById(`emergency-${event.data}`)?.remove());
  source.addEventListener("emergency", (event) => put(JSON.parse(event.data).html, true));
  source.addEventListener("error", () => {
    say("lost");
    if (source.readyState !== EventSource.CLOSED) return;
    poll ||= setInterval(() => look().catch(() => say("lost")), POLL);
    look().catch(() => say("lost"));
    setTimeout(listen, AGAIN);
  });
}

startClocks();
heard();
settle();
listen();
setInterval(() => { if (!poll && Date.now() - heardAt > SILENT) { say("lost"); listen(); heardAt = Date.now() - SILENT + 15_000; } }, 5_000);
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
