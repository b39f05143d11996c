// What is told beside the diagram: this moment, what is open, what is known, the moments of one element.
import { fill, span } from "./replay-state.js";
import { told } from "./replay-list.js";

const MOST_VALUES = 300;

function node(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

export class Panels {
  constructor({ recording, words, nameOf, choose, go }) {
    Object.assign(this, { recording, words, nameOf, choose, go });
    this.now = document.querySelector("#replay-now");
    this.open = document.querySelector("#replay-open");
    this.values = document.querySelector("#replay-values");
    this.visits = document.querySelector("#replay-visits");
  }

  show(index, state) {
    const entry = this.recording.entries[index];
    this._showNow(entry, index);
    this._showOpen(entry, state);
    this._showValues(entry, state);
  }

  _showNow(entry, index) {
    const { words } = this;
    const [name, unit] = this.recording.people[entry.actor] ?? [entry.actor, ""];
    const gap = index ? entry.at - this.recording.entries[index - 1].at : 0;
    const parts = [told(entry.headline, "p")];
    parts[0].className = "replay-headline";
    const meta = [entry.when, unit ? `${name}, ${unit}` : name, `#${entry.seq}`];
    if (gap >= 60_000) meta.push(fill(words.passed, { span: span(gap, words) }));
    parts.push(node("p", "small muted", meta.join(" · ")));
    if (entry.erased) parts.push(node("p", "small", words.erased));
    if (entry.followed.length) parts.push(node("ul", "replay-followed", ...entry.followed.map((line) => this._line(line))));
    if (entry.changes.length) parts.push(this._changes(entry.changes));
    else parts.push(node("p", "small muted", words.nothing_changed));
    if (!entry.exact) parts.push(node("p", "small muted", words.given_only));
    this.now.replaceChildren(...parts);
  }

  _line([pieces, why]) {
    const line = told(pieces, "li");
    if (why) line.append(node("p", "replay-why", node("span", "chip", this.words.why), ` ${why}`));
    return line;
  }

  _changes(changes) {
    const list = node("dl", "facts replay-changes");
    for (const [, label, before, after] of changes) {
      const value = node("dd");
      if (before !== null) value.append(node("del", "", before), " → ");
      value.append(after === null ? node("span", "chip", this.words.gone) : node("ins", "", after));
      if (before === null) value.append(" ", node("span", "chip accent", this.words.new));
      list.append(node("div", "", node("dt", "", label), value));
    }
    return list;
  }

  _showOpen(entry, state) {
    const { words } = this;
    const inside = new Set([...state.tokens.values()].map((token) => token.scope));
    const stopped = new Set(state.stops.values());
    const lines = [];
    for (const token of state.tokens.values()) {
      if (inside.has(token.id)) continue;
      const facts = [];
      if (token.who) facts.push(token.held ? token.who : fill(words.offered, { who: token.who }));
      facts.push(fill(words.waits, { span: span(entry.at - token.since, words) }));
      if (token.due !== null && token.who) {
        facts.push(token.due < entry.at ? fill(words.late, { span: span(entry.at - token.due, words) }) : fill(words.due, { when: this._when(token.due) }));
      }
      if (stopped.has(token.id)) facts.unshift(words.stopped);
      lines.push(this._openLine(token.element, facts, stopped.has(token.id)));
    }
    for (const wait of state.waits.values()) {
      const fact = wait.due === null ? fill(words.message, { name: wait.name }) : fill(words.until, { when: this._when(wait.due) });
      lines.push(this._openLine(wait.element, [fact], false));
    }
    if (!lines.length) lines.push(node("li", "card-body muted small", words.nothing_open));
    this.open.replaceChildren(...lines);
  }

  _openLine(element, facts, stopped) {
    const button = node("button", "line-title replay-element", this.nameOf(element));
    button.type = "button";
    button.addEventListener("click", () => this.choose(element));
    return node("li", stopped ? "line is-overdue" : "line",
      node("div", "", button, node("div", "line-sub", ...facts.map((fact) => node("span", "", fact)))));
  }

  _showValues(entry, state) {
    if (!state.values.size) {
      this.values.replaceChildren(node("p", "small muted", this.words.no_values));
      return;
    }
    const list = node("dl", "facts");
    const changed = new Set(entry.changes.map(([path]) => path));
    for (const [path, { label, value }] of [...state.values].slice(0, MOST_VALUES)) {
      list.append(node("div", changed.has(path) ? "is-changed" : "", node("dt", "", label), node("dd", "", value)));
    }
    this.values.replaceChildren(list);
  }

  // The moments in which an element was entered or left.
  showVisits(element) {
    const indexes = this.recording.visitsOf(element);
    const name = this.nameOf(element);
    const text = indexes.length ? fill(this.words.visits, { name, count: indexes.length }) : fill(this.words.no_visits, { name });
    const close = node("button", "button small plain", "✕");
    close.type = "button";
    close.setAttribute("aria-label", text);
    close.addEventListener("click", () => { this.visits.hidden = true; });
    const jumps = indexes.slice(0, 60).map((index) => {
      const jump = node("button", "button small", this.recording.entries[index].when.slice(5, 16));
      jump.type = "button";
      jump.addEventListener("click", () => this.go(index));
      return jump;
    });
    this.visits.replaceChildren(node("div", "row", node("b", "", text), close), node("div", "row", ...jumps));
    this.visits.hidden = false;
  }

  // An instant as the page writes them, in the zone of the pages: the zone's distance is that of the nearest entry.
  _when(at) {
    const near = this.recording.entries[this.recording.indexAt(at)];
    const shown = Date.parse(`${near.when.replace(" ", "T")}Z`) - Math.floor(near.at / 1000) * 1000;
    return new Date(at + shown).toISOString().slice(5, 16).replace("T", " ");
  }
}
