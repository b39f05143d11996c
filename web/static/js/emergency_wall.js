// The wall shows one emergency at a time, all of it: as many pages as it needs, then the next one. Space pauses, arrows
// turn the page. A new emergency comes to the front at once.
const STAY = 12_000;
const list = document.querySelector("[data-emergencies]");
const pause = document.querySelector("[data-wall-pause]");
const place = document.querySelector("[data-wall-place]");
const time = document.createElement("div");
time.className = "wall-time";
time.setAttribute("aria-hidden", "true");
let isPaused = false, shown = new URLSearchParams(location.search).get("case"), page = 0, turn = 0, known = null;

const cards = () => [...list.querySelectorAll("[data-emergency]")].filter((card) => card.dataset.over === "no" || list.children.length === 1);
const bodyOf = (card) => card?.querySelector(".emergency-body");
const wide = (body) => body.clientWidth + Number.parseFloat(getComputedStyle(body).columnGap);

function pagesOf(card) {
  const body = bodyOf(card);
  return body && body.clientWidth ? Math.max(1, Math.ceil((body.scrollWidth - body.clientWidth) / wide(body) - 0.1) + 1) : 1;
}

// Stands still on the page that it shows, or goes to another one: ``step`` pages on, across emergencies.
function show(step = 0) {
  const all = cards();
  const at = all.findIndex((card) => card.dataset.emergency === shown);
  let next = at < 0 ? all[0] : all[at];
  let wanted = at < 0 ? 0 : page + step;
  reveal(next);
  if (wanted < 0) {
    next = all.at(at - 1);
    reveal(next);
    wanted = pagesOf(next) - 1;
  } else if (step > 0 && wanted >= pagesOf(next)) {
    next = all[(at + 1) % all.length];
    reveal(next);
    wanted = 0;
  }
  shown = next?.dataset.emergency ?? null;
  page = next ? Math.min(wanted, pagesOf(next) - 1) : 0;
  const body = bodyOf(next);
  if (body) body.scrollLeft = page * wide(body);
  tell(all, next);
}

function reveal(card) {
  for (const one of list.children) one.classList.toggle("is-shown", one === card);
  list.classList.add("is-rotating");
}

function tell(all, card) {
  const { wordPage, wordEmergency, wordPaused } = place.dataset;
  const pages = card ? pagesOf(card) : 1;
  const words = [];
  if (all.length > 1) words.push(wordEmergency.replace("{number}", all.indexOf(card) + 1).replace("{all}", all.length));
  if (pages > 1) words.push(wordPage.replace("{page}", page + 1).replace("{pages}", pages));
  if (isPaused && words.length) words.push(wordPaused);
  place.textContent = words.join(" · ");
  card?.append(time);
  time.hidden = all.length * pages < 2;
}

// Begin to count the time of this page.
function stay() {
  clearTimeout(turn);
  time.classList.toggle("is-paused", isPaused);
  if (isPaused) return;
  const bar = document.createElement("span");
  bar.style.animationDuration = `${STAY}ms`;
  time.replaceChildren(bar);
  turn = setTimeout(() => go(list.contains(document.activeElement) ? 0 : 1), STAY);
}

function go(step) {
  show(step);
  stay();
}

function setPaused(value) {
  isPaused = value;
  pause.setAttribute("aria-pressed", String(isPaused));
  pause.textContent = isPaused ? pause.dataset.wordGo : pause.dataset.wordPause;
  go(0);
}

pause.addEventListener("click", () => setPaused(!isPaused));
document.querySelector("[data-wall-next]").addEventListener("click", () => go(1));
document.querySelector("[data-wall-back]").addEventListener("click", () => go(-1));
document.querySelector("[data-wall-full]").addEventListener("click", () => document.documentElement.requestFullscreen?.());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
  if (step) go(step);
  else if (event.key === " " && !event.target.closest("button, a, input")) setPaused(!isPaused);
  else return;
  event.preventDefault();
});
// What is reached by the tabulator is shown.
list.addEventListener("focusin", ({ target }) => {
  const body = target.closest(".emergency-body");
  if (!body) return;
  page = Math.floor((target.getBoundingClientRect().left - body.getBoundingClientRect().left + body.scrollLeft) / wide(body));
  show(0);
});
document.addEventListener("liandong:board", () => {
  const ids = new Set(cards().map((card) => card.dataset.emergency));
  const fresh = known && [...ids].find((id) => !known.has(id));
  known = ids;
  if (fresh && !isPaused) {
    shown = fresh;
    page = 0;
    stay();
  }
  show(0);
});
window.addEventListener("resize", () => show(0));
setPaused(shown !== null);
// The screen stays on as long as the wall is looked at.
const awake = () => navigator.wakeLock?.request("screen").catch(() => null);
awake();
document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });
