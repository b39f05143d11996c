// An emergency played back: a minute of it, shown by the board (made by the server as the live one is), the diagram,
// the marks and who led. A minute knows nothing of what came after it.
import { Recording } from "./replay-state.js";
import { Stage } from "./replay-stage.js";
import { paint } from "./replay-paint.js";
import { setHour, tick } from "./emergency_clocks.js";
import { fill } from "./replay-state.js";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const BEAT = 250; // milliseconds between two pictures while playing
const root = document.querySelector("#emergency-replay");
const film = JSON.parse(root.dataset.film), words = JSON.parse(root.dataset.words);
const boardBox = document.querySelector("#incident-board");
const slider = root.querySelector("#incident-slider");
const recording = new Recording();
const boards = new Map();
const minutes = everyMinute(film.stops);
const zone = Date.parse(`${film.shown.replace(" ", "T")}Z`) - Math.floor(film.stops[0] / 1000) * 1000;
let here = 0, playing = null, reading = null;

const stage = new Stage(document.querySelector("#incident-diagram"), {
  urlOf: (definition) => root.dataset.diagramUrl.replace("DEFINITION", encodeURIComponent(definition)), words, choose: () => {},
});

// Every minute where something goes on, every stop; hours and days where nothing does.
function everyMinute(stops) {
  const found = [];
  stops.forEach((stop, at) => {
    found.push(stop);
    const gap = (stops[at + 1] ?? stop) - stop;
    const step = gap <= 2 * HOUR ? MINUTE : gap <= DAY ? 10 * MINUTE : DAY;
    for (let next = Math.floor(stop / step) * step + step; next < stop + gap; next += step) found.push(next);
  });
  return found;
}

function lastAt(sorted, at) {
  let found = 0;
  for (let low = 0, high = sorted.length - 1; low <= high;) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= at) { found = middle; low = middle + 1; } else high = middle - 1;
  }
  return found;
}

function shown(at) { return new Date(at + zone).toISOString().slice(0, 16).replace("T", " "); }

async function boardAt(stop) {
  if (!boards.has(stop)) {
    const answer = fetch(`${root.dataset.board}?at=${stop}`, { credentials: "same-origin" }).then((found) => {
      if (!found.ok) throw new Error(found.statusText);
      return found.text();
    });
    boards.set(stop, answer);
    answer.catch(() => boards.delete(stop));
  }
  return boards.get(stop);
}

// Stops are cut to milliseconds; the board is asked for at the end of that millisecond.
const after = (stop) => stop + 1;

async function show(index) {
  here = Math.max(0, Math.min(minutes.length - 1, index));
  const at = minutes[here], stop = film.stops[lastAt(film.stops, at)];
  slider.value = String(here);
  const told = film.marks.filter(([when]) => when === stop).map(([, , text]) => text).join("; ");
  slider.setAttribute("aria-valuetext", told ? fill(words.at, { when: shown(at), told }) : shown(at));
  root.querySelector("#incident-clock").textContent = shown(at);
  const time = document.querySelector("#incident-at");
  time.textContent = shown(at);
  time.dateTime = new Date(at).toISOString();
  if (told && playing) root.ownerDocument.querySelector("#incident-told").textContent = `${shown(at)} ${told}`;
  history.replaceState(null, "", `#at=${at}`);
  markHere(at);
  drawAt(at);
  if (boardBox.dataset.stop !== String(stop)) {
    const mine = (reading = Symbol("reading"));
    boardBox.classList.add("is-reading");
    const html = await boardAt(after(stop)).catch(() => null);
    if (mine !== reading) return;
    boardBox.classList.remove("is-reading");
    if (html !== null) {
      boardBox.innerHTML = html; // our own page's fragment, escaped by the server
      boardBox.dataset.stop = String(stop);
    }
  }
  setHour(new Date(minutes[here]).toISOString());
  tick();
}

function markHere(at) {
  const list = document.querySelector("#incident-list");
  let last = null;
  for (const link of list.querySelectorAll("[data-at]")) {
    const row = link.parentElement, isPast = Number(link.dataset.at) <= at;
    row.classList.toggle("is-future", !isPast);
    row.classList.remove("is-here");
    link.removeAttribute("aria-current");
    if (isPast) last = link;
  }
  last?.parentElement.classList.add("is-here");
  last?.setAttribute("aria-current", "step");
  if (last) list.scrollTop = last.parentElement.offsetTop - list.offsetTop - list.clientHeight / 2;
  for (const reign of document.querySelectorAll(".incident-reigns [data-from]")) {
    const isHere = Number(reign.dataset.from) <= at && at < Number(reign.dataset.until ?? Infinity);
    reign.classList.toggle("is-here", isHere);
  }
}

async function drawAt(at) {
  if (!recording.length) return;
  const index = recording.indexAt(at + 1), state = recording.stateAt(index), entry = recording.entries[index];
  if (!state.definition || !(await stage.open(state.definition)) || minutes[here] !== at) return;
  const touched = entry.steps.filter(([kind]) => kind === "a" || kind === "c").map((step) => step[2]);
  paint(stage, state, touched, null, words);
  document.querySelector("#incident-diagram").dataset.drawn = "yes";
  const place = touched.findLast((element) => stage.has(element));
  if (place) stage.lookAt(place);
}

// ---- moving
function nextStop(direction) {
  const at = minutes[here];
  const found = direction > 0 ? film.stops.find((stop) => stop > at) : film.stops.findLast((stop) => stop < at);
  return found === undefined ? here : lastAt(minutes, found);
}

function go(index) { pause(); return show(index); }

function pause() {
  clearInterval(playing);
  playing = null;
  const button = root.querySelector(".replay-play");
  button.setAttribute("aria-pressed", "false");
  button.firstElementChild.textContent = words.play;
}

function play() {
  if (here >= minutes.length - 1) show(0);
  const button = root.querySelector(".replay-play");
  button.setAttribute("aria-pressed", "true");
  button.firstElementChild.textContent = words.pause;
  let owed = 0;
  playing = setInterval(() => {
    if (here >= minutes.length - 1) return pause();
    owed += Number(root.querySelector("#incident-speed").value) * BEAT / 1000;
    let to = here;
    // A long wait counts like a quarter of an hour, so that nights and weeks pass.
    while (to < minutes.length - 1) {
      const step = Math.min(15, (minutes[to + 1] - minutes[to]) / MINUTE);
      if (owed < step) break;
      owed -= step;
      to += 1;
    }
    if (to !== here) show(to);
    return undefined;
  }, BEAT);
}

const acts = {
  first: () => go(0), last: () => go(minutes.length - 1), back: () => go(here - 1), on: () => go(here + 1),
  before: () => go(nextStop(-1)), after: () => go(nextStop(1)), play: () => (playing ? pause() : play()),
};
for (const button of root.querySelectorAll("[data-go]")) button.addEventListener("click", () => acts[button.dataset.go]());
slider.addEventListener("input", () => go(Number(slider.value)));
for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => ({ in: () => stage.zoom(1.25), out: () => stage.zoom(0.8), fit: () => stage.fit() })[button.dataset.zoom]());
}
document.querySelector("#incident-list").addEventListener("click", (event) => {
  const link = event.target.closest("[data-at]");
  if (!link) return;
  event.preventDefault();
  go(lastAt(minutes, Number(link.dataset.at)));
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (target !== slider && target.matches?.("input, select, textarea, summary")) return;
  const keys = {
    ArrowRight: event.shiftKey ? acts.after : acts.on, ArrowLeft: event.shiftKey ? acts.before : acts.back,
    Home: acts.first, End: acts.last,
  };
  if (target === slider) Object.assign(keys, { ArrowUp: keys.ArrowRight, ArrowDown: keys.ArrowLeft, PageUp: acts.after, PageDown: acts.before });
  if (!target.matches?.("button, a")) keys[" "] = acts.play;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function drawMarks() {
  const strip = root.querySelector(".incident-marks");
  const shapes = new Map([...document.querySelectorAll("#incident-list li")].map((row) => [row.querySelector("a").dataset.at, row.querySelector(".incident-shape").textContent]));
  strip.replaceChildren(...film.marks.filter(([, kind]) => kind !== "report").map(([at, kind]) => {
    const mark = document.createElement("span");
    mark.className = `is-${kind}`;
    mark.textContent = shapes.get(String(at)) ?? "";
    mark.style.insetInlineStart = `${lastAt(minutes, at) / Math.max(1, minutes.length - 1) * 100}%`;
    return mark;
  }));
}

async function load() {
  root.hidden = false;
  document.querySelector("#incident-diagram-card").hidden = false;
  slider.max = String(minutes.length - 1);
  drawMarks();
  const wanted = Number(new URLSearchParams(location.hash.slice(1)).get("at")) || Date.parse(root.dataset.at);
  await show(lastAt(minutes, wanted));
  root.dataset.ready = "yes";
  for (let from = 0; from !== null;) {
    const answer = await fetch(`${root.dataset.url}?after=${from}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    const chunk = await answer.json();
    recording.add(chunk);
    from = chunk.next;
  }
  await drawAt(minutes[here]);
}

load();
