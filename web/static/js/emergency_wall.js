// The wall shows one emergency at a time and goes on to the next; it can be paused, moved by hand and put over the screen.
const STAY = 15_000;
const list = document.querySelector("[data-emergencies]");
const pause = document.querySelector("[data-wall-pause]");
const dots = document.createElement("div");
dots.className = "wall-dots";
dots.setAttribute("aria-hidden", "true");
document.querySelector(".page-head").insertBefore(dots, document.querySelector(".page-head .row"));
let isPaused = false, shown = new URLSearchParams(location.search).get("case");

const cards = () => [...list.querySelectorAll("[data-emergency]")].filter((card) => card.dataset.over === "no" || list.children.length === 1);

function show(step) {
  const all = cards();
  const at = all.findIndex((card) => card.dataset.emergency === shown);
  const next = all.length ? all[(Math.max(at, 0) + (at < 0 ? 0 : step) + all.length) % all.length] : null;
  shown = next?.dataset.emergency ?? null;
  for (const card of list.children) card.classList.toggle("is-shown", card === next);
  list.classList.add("is-rotating");
  dots.replaceChildren(...(all.length > 1 ? all : []).map((card) => {
    const dot = document.createElement("span");
    dot.classList.toggle("is-now", card === next);
    return dot;
  }));
}

pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
  pause.textContent = isPaused ? pause.dataset.wordGo : pause.dataset.wordPause;
});
document.querySelector("[data-wall-next]").addEventListener("click", () => show(1));
document.querySelector("[data-wall-full]").addEventListener("click", () => document.documentElement.requestFullscreen?.());
document.addEventListener("keydown", ({ key }) => {
  if (key === "ArrowRight") show(1);
  if (key === "ArrowLeft") show(-1);
});
document.addEventListener("liandong:board", () => show(0));
if (shown) pause.click();
show(0);
setInterval(() => { if (!isPaused && !list.contains(document.activeElement)) show(1); }, STAY);
// The screen stays on as long as the wall is looked at.
const awake = () => navigator.wakeLock?.request("screen").catch(() => null);
awake();
document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });
