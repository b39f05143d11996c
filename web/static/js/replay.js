// The player: one position in the record, shown by the diagram, the track, the list and the panels together.
import { Recording, applyChanges, applyStep, callOf, compressed } from "./replay-state.js";
import { Stage } from "./replay-stage.js";
import { Track } from "./replay-track.js";
import { MomentList } from "./replay-list.js";
import { Panels } from "./replay-panels.js";
import { fill, span } from "./replay-state.js";
import { paint as paintOn } from "./replay-paint.js";

const WAIT_UNIT = 320; // milliseconds of the replay for one unit of the track at speed 1
const FASTEST_ANIMATED = 8;
const root = document.querySelector("#replay");
const words = JSON.parse(root.dataset.words);
const recording = new Recording();
const still = matchMedia("(prefers-reduced-motion: reduce)");
const at = { index: 0, step: null }; // step: how many steps of the entry have been taken; null: all
let playing = 0; // counts up with each stop, so that a run that was stopped knows it
let isPlaying = false;
let view = { call: null, definition: "" };

const stage = new Stage(root.querySelector("#replay-diagram"), {
  urlOf: (definition) => root.dataset.diagramUrl.replace("DEFINITION", encodeURIComponent(definition)),
  words, choose: (element) => panels.showVisits(element),
});
const nameOf = (element) => recording.names[element] || stage.nameOf(element) || element;
const track = new Track({ slider: root.querySelector("#replay-slider"), canvas: root.querySelector("#replay-marks"), recording, words, seek: (index) => go(index) });
const list = new MomentList({ holder: root.querySelector("#replay-list"), recording, words, choose: (index) => go(index), point: (index) => point(index) });
const panels = new Panels({ recording, words, nameOf, choose: (element) => { stage.lookAt(element); panels.showVisits(element); }, go: (index) => go(index) });

// ---- reading
async function load() {
  let after = 0;
  const wanted = startOf(location);
  for (let first = true; after !== null; first = false) {
    const answer = await fetch(`${root.dataset.url}?after=${after}`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.statusText);
    const chunk = await answer.json();
    recording.add(chunk);
    after = chunk.next;
    track.extend();
    list.extend();
    root.querySelector("#replay-count").textContent = after === null ? String(recording.length) : fill(words.loading, { count: recording.length });
    const last = recording.entries[recording.length - 1];
    const isThere = after === null || wanted.none || last.seq >= wanted.seq && last.at >= wanted.at;
    if (first) reveal();
    if (isThere && !root.dataset.ready) {
      root.dataset.ready = "yes";
      await go(wanted.none ? 0 : wanted.at > -Infinity ? recording.indexAt(wanted.at) : recording.indexOfSeq(wanted.seq));
    } else track.show(at.index);
  }
  root.dataset.loaded = "yes";
}

function startOf({ hash, search }) {
  const inHash = new URLSearchParams(hash.slice(1)), inSearch = new URLSearchParams(search);
  const seq = Number(inHash.get("seq") ?? inSearch.get("seq") ?? 0) || 0;
  const instant = Date.parse(inHash.get("at") ?? inSearch.get("at") ?? "");
  return { seq: seq || -Infinity, at: Number.isNaN(instant) ? -Infinity : instant, none: !seq && Number.isNaN(instant) };
}

function reveal() {
  root.hidden = false;
  document.querySelector("#replay-table").hidden = true;
}

// ---- one position
function stateHere() {
  if (at.step === null) return recording.stateAt(at.index);
  const state = recording.stateAt(at.index - 1), entry = recording.entries[at.index];
  for (const step of entry.steps.slice(0, at.step)) applyStep(state, step, entry.at);
  return state;
}

async function go(index, step = null) {
  pause();
  await showAt(index, step);
}

async function showAt(index, step = null) {
  at.index = Math.max(0, Math.min(recording.length - 1, index));
  at.step = step;
  const state = stateHere(), entry = recording.entries[at.index];
  track.show(at.index);
  list.show(at.index);
  panels.show(at.index, state);
  showClock(entry);
  history.replaceState(null, "", `#seq=${entry.seq}`);
  await draw(state, elementsOf(entry));
}

function elementsOf(entry) {
  return entry.steps.filter(([kind]) => kind === "a" || kind === "c").map((step) => step[2]);
}

function showClock(entry) {
  const within = at.step === null ? "" : ` · ${at.step}/${entry.steps.length}`;
  root.querySelector("#replay-clock").textContent = `${entry.when}${within}`;
}

// ---- the diagram
async function draw(state, touched) {
  if (isFollowing()) view = placeToShow(state, touched);
  else if (view.call === null) view.definition = state.definition;
  showViews(state);
  if (!view.definition || !(await stage.open(view.definition))) return;
  paint(state, touched);
  root.querySelector("#replay-diagram").dataset.drawn = "yes";
  if (isFollowing()) {
    const place = touched.findLast((element) => stage.has(element)) ?? [...state.tokens.values()].at(-1)?.element;
    if (place) stage.lookAt(place);
  }
}

function paint(state, touched) { paintOn(stage, state, touched, view.call, words); }

// Where this moment happens: in the case's own process, or in one that it called.
function placeToShow(state, touched) {
  const here = new Set(touched);
  const token = [...state.tokens.values()].findLast((one) => here.has(one.element));
  const call = token ? callOf(state, token.id) : null;
  return { call, definition: call === null ? state.definition : state.calls.get(call) };
}

function showViews(state) {
  const holder = root.querySelector(".replay-views");
  const calls = [...state.calls.keys()].filter((token) => state.tokens.has(token));
  const tabs = calls.length ? [null, ...calls] : [];
  holder.replaceChildren(...tabs.map((call) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.className = "button small";
    tab.textContent = call === null ? words.main : `${words.called}: ${nameOf(state.tokens.get(call).element)}`;
    tab.setAttribute("aria-pressed", String(call === view.call));
    tab.addEventListener("click", () => {
      root.querySelector("#replay-follow").checked = false;
      view = { call, definition: call === null ? state.definition : state.calls.get(call) };
      draw(stateHere(), elementsOf(recording.entries[at.index]));
    });
    return tab;
  }));
}

function point(index) {
  const touched = elementsOf(recording.entries[index < 0 ? at.index : index] ?? { steps: [] });
  if (root.dataset.ready && !isPlaying) paint(stateHere(), touched);
}

function isFollowing() { return root.querySelector("#replay-follow").checked; }

// ---- playing
function speed() { return Number(root.querySelector("#replay-speed").value); }

function pause() {
  playing += 1;
  stage.stop();
  setPlaying(false);
}

function setPlaying(on) {
  isPlaying = on;
  const button = root.querySelector(".replay-play");
  button.setAttribute("aria-pressed", String(on));
  button.firstElementChild.textContent = on ? words.pause : words.play;
  root.querySelector("#replay-now").setAttribute("aria-live", on ? "off" : "polite");
  root.querySelector("#replay-gap").textContent = "";
}

async function play() {
  const run = (playing += 1);
  if (at.index >= recording.length - 1) await showAt(0);
  setPlaying(true);
  while (run === playing && at.index < recording.length - 1) {
    const gap = recording.entries[at.index + 1].at - recording.entries[at.index].at;
    root.querySelector("#replay-gap").textContent = gap >= 60_000 ? fill(words.passed, { span: span(gap, words) }) : "";
    await pauseFor(compressed(Math.max(0, gap)) * WAIT_UNIT / speed());
    if (run !== playing) return;
    if (!still.matches && speed() <= FASTEST_ANIMATED) await enact(at.index + 1, run);
    if (run !== playing) return;
    await showAt(at.index + 1);
  }
  if (run === playing) setPlaying(false);
}

// The entry's steps one after the other, tokens running along their flows.
async function enact(index, run) {
  const entry = recording.entries[index], state = recording.stateAt(index - 1);
  const flows = entry.steps.filter((step) => step[0] === "a" && step[3]).length;
  const each = Math.max(60, Math.min(420, 1600 / Math.max(1, flows))) / speed();
  const touched = [];
  for (const step of entry.steps) {
    if (step[0] === "a" && step[3]) {
      await stage.run(step[3], each);
      if (run !== playing) return;
    }
    applyStep(state, step, entry.at);
    if (step[0] === "a") { touched.push(step[2]); paint(state, touched.slice(-1)); }
  }
  applyChanges(state, entry);
}

function pauseFor(milliseconds) { return new Promise((resolve) => { setTimeout(resolve, milliseconds); }); }

// ---- controls
function stepBy(direction) {
  const count = recording.entries[at.index].steps.length;
  const from = at.step ?? count;
  const to = from + direction;
  if (to > count) return at.index < recording.length - 1 ? go(at.index + 1, 0) : undefined;
  if (to < 0) return at.index > 0 ? go(at.index - 1, recording.entries[at.index - 1].steps.length) : undefined;
  return go(at.index, to);
}

const acts = {
  first: () => go(0), last: () => go(recording.length - 1), back: () => go(at.index - 1), on: () => go(at.index + 1),
  "step-back": () => stepBy(-1), "step-on": () => stepBy(1), play: () => (isPlaying ? pause() : play()),
};
for (const button of root.querySelectorAll("[data-go]")) button.addEventListener("click", () => acts[button.dataset.go]());

document.addEventListener("keydown", (event) => {
  if (!recording.length || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  const onSlider = target.id === "replay-slider";
  if (!onSlider && target.matches?.("input:not([type=checkbox]), select, textarea, summary")) return;
  const wide = event.shiftKey ? 10 : 1;
  const keys = {
    ArrowRight: () => go(at.index + wide), ArrowLeft: () => go(at.index - wide), Home: acts.first, End: acts.last,
    ".": acts["step-on"], ",": acts["step-back"],
  };
  if (onSlider) Object.assign(keys, { ArrowUp: keys.ArrowRight, ArrowDown: keys.ArrowLeft, PageUp: () => go(at.index + 10), PageDown: () => go(at.index - 10) });
  if (target.id === "replay-list") Object.assign(keys, { ArrowDown: keys.ArrowRight, ArrowUp: keys.ArrowLeft });
  if (!target.matches?.("button, a, input[type=checkbox]")) keys[" "] = acts.play;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

for (const button of root.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => ({ in: () => stage.zoom(1.25), out: () => stage.zoom(0.8), fit: () => stage.fit() })[button.dataset.zoom]());
}
root.querySelector("#replay-follow").addEventListener("change", () => draw(stateHere(), elementsOf(recording.entries[at.index])));
root.querySelector("#replay-link").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  button.textContent = words.copied;
  setTimeout(() => { button.textContent = words.link; }, 2500);
});
window.addEventListener("hashchange", () => {
  const { seq, none } = startOf(location);
  if (!none && recording.length && seq !== recording.entries[at.index].seq) go(recording.indexOfSeq(seq));
});

load().catch(() => {
  const note = document.createElement("p");
  note.className = "banner refused";
  note.setAttribute("role", "alert");
  note.textContent = words.unreadable;
  root.before(note);
});
