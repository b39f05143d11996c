// The track of a replay: a slider over marks, one per moment, where long waits are narrow but named.
import { fill, span } from "./replay-state.js";

const SCALE = 100;
const THUMB = 8;
const LONG_WAIT = 10 * 60 * 1000;
const TONES = { person: "--accent", clock: "--warn", system: "--ink-3", stop: "--danger", end: "--ink" };

export class Track {
  constructor({ slider, canvas, recording, words, seek }) {
    Object.assign(this, { slider, canvas, recording, words });
    slider.addEventListener("input", () => seek(this._nearest(Number(slider.value) / SCALE)));
    new ResizeObserver(() => this.draw()).observe(canvas.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  // More moments have come.
  extend() {
    const { times } = this.recording;
    this.slider.max = String(Math.round((times[times.length - 1] ?? 0) * SCALE));
    this.draw();
  }

  show(index) {
    const entry = this.recording.entries[index];
    if (!entry) return;
    this.slider.value = String(Math.round(this.recording.times[index] * SCALE));
    const words = fill(this.words.moment, { number: index + 1, count: this.recording.length });
    this.slider.setAttribute("aria-valuetext", `${words}, ${entry.when}: ${entry.headline.join("")}`);
  }

  draw() {
    const { canvas, recording: { times, entries } } = this;
    const width = canvas.parentElement.clientWidth, height = 34, ratio = devicePixelRatio || 1;
    if (!width || !entries.length) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    pen.scale(ratio, ratio);
    const total = times[times.length - 1] || 1;
    const place = (time) => THUMB + time / total * (width - 2 * THUMB);
    pen.font = `11px ${style.getPropertyValue("--font")}`;
    pen.textBaseline = "top";
    for (let at = 1; at < entries.length; at += 1) {
      const gap = entries[at].at - entries[at - 1].at;
      if (gap < LONG_WAIT) continue;
      const from = place(times[at - 1]), to = place(times[at]);
      pen.fillStyle = style.getPropertyValue("--warn-soft");
      pen.fillRect(from, 14, to - from, 16);
      const text = span(gap, this.words);
      if (pen.measureText(text).width < to - from - 4) {
        pen.fillStyle = style.getPropertyValue("--ink-3");
        pen.fillText(text, from + (to - from - pen.measureText(text).width) / 2, 1);
      }
    }
    for (let at = 0; at < entries.length; at += 1) {
      pen.fillStyle = style.getPropertyValue(TONES[entries[at].tone] ?? "--ink-3");
      const tall = entries[at].tone === "stop" || entries[at].tone === "end";
      pen.fillRect(place(times[at]) - 0.75, tall ? 10 : 14, tall ? 2.5 : 1.5, tall ? 20 : 16);
    }
  }

  _nearest(time) {
    const { times } = this.recording;
    let low = 0, high = times.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < time) low = middle + 1; else high = middle;
    }
    return low > 0 && time - times[low - 1] < times[low] - time ? low - 1 : low;
  }
}
