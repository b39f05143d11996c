// Clocks that tick by the server's hour: <time data-clock="due|since" datetime="…"> inside [data-duty-room].
// A due clock that runs out turns its line ([data-clock-line]) into an overdue one: mark, word and colour.
let ahead = 0;

const room = () => document.querySelector("[data-duty-room]");

export function setHour(iso) {
  const hour = Date.parse(iso);
  if (!Number.isNaN(hour)) ahead = hour - Date.now();
}

export const hourNow = () => new Date(Date.now() + ahead);

function shown(seconds, { wordDay, wordHour }) {
  const whole = Math.floor(Math.abs(seconds));
  const [days, hours, minutes, rest] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  if (days) return `${days} ${wordDay} ${two(hours)}:${two(minutes)}`;
  if (hours > 9) return `${hours}:${two(minutes)} ${wordHour}`;
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

function runOut(line) {
  const state = line.querySelector(".duty-state");
  line.classList.add("is-overdue");
  if (!state || state.classList.contains("is-overdue")) return;
  state.className = "duty-state is-overdue";
  const use = state.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#overdue"));
  const word = state.querySelector("[data-state-word]");
  if (word) word.textContent = word.dataset.lateWord;
  line.parentElement.prepend(line); // trouble stands first
  recount(line.closest(".emergency, .emergency-room"));
}

// The count at the head of an emergency says what its lines say.
function recount(emergency) {
  const count = emergency?.querySelector("[data-glance-overdue]");
  if (!count) return;
  count.querySelector("b").textContent = emergency.querySelectorAll(".duty-line.is-overdue").length;
  count.className = "is-bad";
  const use = count.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#overdue"));
}

export function tick() {
  const words = room().dataset;
  const now = Date.now() + ahead;
  for (const clock of document.querySelectorAll("time[data-clock]")) {
    const left = (Date.parse(clock.dateTime) - now) / 1000;
    const isLate = clock.dataset.clock === "due" && left < 0;
    const text = isLate ? `+${shown(left, words)} ${words.wordLate}`.trim() : shown(left, words);
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle("is-late", isLate);
    const line = isLate && clock.closest("[data-clock-line]");
    if (line) runOut(line);
  }
}

export function startClocks() {
  setHour(room()?.dataset.now);
  tick();
  setInterval(tick, 1000);
}
