// The list of moments: rows of one height, only those in sight are there.
import { fill, span } from "./replay-state.js";

const ROW = 62;
const BEYOND = 8;
const MINUTE = 60_000;

export class MomentList {
  constructor({ holder, recording, words, choose, point }) {
    Object.assign(this, { holder, recording, words, choose, point });
    this.list = holder.querySelector("ol");
    this.current = -1;
    this._rows = new Map();
    holder.addEventListener("scroll", () => this._queue(), { passive: true });
    new ResizeObserver(() => this._queue()).observe(holder);
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.choose(Number(row.dataset.index));
    });
    for (const [name, on] of [["mouseover", true], ["mouseout", false]]) {
      this.list.addEventListener(name, (event) => {
        const row = event.target.closest("[data-index]");
        if (row) this.point(on ? Number(row.dataset.index) : -1);
      });
    }
  }

  extend() {
    this.list.style.height = `${this.recording.length * ROW}px`;
    this._queue();
  }

  show(index) {
    this.current = index;
    const top = index * ROW, { scrollTop, clientHeight } = this.holder;
    if (top < scrollTop + ROW || top > scrollTop + clientHeight - 2 * ROW) this.holder.scrollTop = top - clientHeight / 3;
    for (const [at, row] of this._rows) mark(row, at === index, at > index);
    this._queue();
  }

  _queue() {
    this._waiting ??= requestAnimationFrame(() => { this._waiting = null; this._render(); });
  }

  _render() {
    const first = Math.max(0, Math.floor(this.holder.scrollTop / ROW) - BEYOND);
    const last = Math.min(this.recording.length, Math.ceil((this.holder.scrollTop + this.holder.clientHeight) / ROW) + BEYOND);
    for (const [at, row] of this._rows) if (at < first || at >= last) { row.remove(); this._rows.delete(at); }
    const added = document.createDocumentFragment();
    for (let at = first; at < last; at += 1) {
      if (this._rows.has(at)) continue;
      const row = this._row(at);
      mark(row, at === this.current, at > this.current);
      this._rows.set(at, row);
      added.append(row);
    }
    this.list.append(added);
  }

  _row(at) {
    const entry = this.recording.entries[at];
    const row = document.createElement("li");
    row.className = `replay-row by-${entry.tone}`;
    row.style.transform = `translateY(${at * ROW}px)`;
    row.setAttribute("aria-posinset", String(at + 1));
    row.setAttribute("aria-setsize", String(this.recording.length));
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.index = String(at);
    const time = document.createElement("time");
    time.textContent = entry.when.slice(11);
    time.title = entry.when;
    button.append(time, told(entry.headline, "span"));
    const gap = at ? entry.at - this.recording.entries[at - 1].at : 0;
    if (gap >= MINUTE) {
      const passed = document.createElement("small");
      passed.textContent = fill(this.words.passed, { span: span(gap, this.words) });
      button.append(passed);
    }
    row.append(button);
    return row;
  }
}

function mark(row, current, future) {
  row.classList.toggle("is-current", current);
  row.classList.toggle("is-future", future);
  if (current) row.firstChild.setAttribute("aria-current", "step");
  else row.firstChild.removeAttribute("aria-current");
}

// A sentence in pieces, every second of them emphasised.
export function told(pieces, tag) {
  const whole = document.createElement(tag);
  pieces.forEach((piece, at) => {
    if (at % 2) {
      const strong = document.createElement("b");
      strong.textContent = piece;
      whole.append(strong);
    } else whole.append(piece);
  });
  return whole;
}
