// One stream of emergencies for the board, the wall and the rooms: the server sends what changed, drawn once for all who
// look. After a broken connection the browser names what it heard last and gets what is new. Without any connection the
// page looks again every 20 seconds; beside the title it says at every moment how old it may be.
import { hourNow, setHour, tick } from "./emergency_clocks.js";

const POLL = 20_000, AGAIN = 60_000, SILENT = 45_000, PATIENCE = 8_000, LOOK = 2_000;
const page = document.querySelector("[data-duty-room]");
const state = page.querySelector("[data-live-state]");
const time = state.querySelector("[data-live-time]");
let heardAt = 0;

function say(kind) {
  const { wordLive, wordLost, wordPolls } = state.dataset;
  state.dataset.state = kind;
  const words = { live: wordLive, lost: wordLost, polls: wordPolls }[kind];
  const box = state.querySelector("[data-live-words]");
  if (box.textContent !== words) box.textContent = words;
}

function heard() {
  heardAt = Date.now();
  const now = hourNow();
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString(document.documentElement.lang, { hour12: false, timeZone: page.dataset.zone });
}

// ``put`` takes the drawn emergency, ``gone`` the id of one that is over, ``anew`` forgets everything, ``look`` asks for
// what is new by itself and fails when it cannot, ``settled`` is called once everything is shown, ``beside`` is told the id
// of a case of which something changed that is no task.
export function follow({ query, put, gone, anew, look, settled, beside = () => null }) {
  let source = null, poll = 0, lostAt = 0, listensAt = 0;
  const isTold = () => { clearInterval(poll); poll = lostAt = 0; heard(); say("live"); };
  const lookOnce = () => look().then(() => { heard(); if (poll) say("polls"); }).catch(() => say("lost"));
  function pollOn() {
    if (poll) return;
    poll = setInterval(lookOnce, POLL);
    lookOnce();
  }
  function listen() {
    source?.close();
    listensAt = Date.now();
    if (!window.EventSource) { pollOn(); return; }
    source = new EventSource(`/live?${query}&board=${encodeURIComponent(page.dataset.tag)}`);
    const told = (event) => { setHour(event.data); isTold(); };
    source.addEventListener("beat", told);
    source.addEventListener("shown", (event) => { page.dataset.tag = event.lastEventId; told(event); settled(); });
    source.addEventListener("case", (event) => beside(event.data));
    source.addEventListener("anew", () => anew());
    source.addEventListener("gone", (event) => gone(event.data));
    source.addEventListener("emergency", (event) => put(JSON.parse(event.data).html));
    source.addEventListener("error", () => {
      lostAt ||= Date.now();
      if (!poll) say("lost");
      if (source.readyState === EventSource.CLOSED) pollOn();
    });
  }
  heard();
  settled();
  listen();
  // An open stream proves nothing: something between may hold it back. Only what is heard counts.
  setInterval(() => {
    const now = Date.now();
    const isSilent = now - Math.max(heardAt, listensAt) > SILENT;
    if (!poll && (isSilent || (lostAt && now - lostAt > PATIENCE))) { say("lost"); pollOn(); }
    if (poll && now - listensAt > AGAIN) listen();
  }, LOOK);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
}
