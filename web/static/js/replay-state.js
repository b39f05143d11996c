// Where a case stood at any moment: pure, so that it runs anywhere. The server folds the same steps for its table
// (presenters/replay_state.py); what each step means stands in presenters/replay.py.

const KEYFRAME_EVERY = 64;

export function emptyState() {
  return { tokens: new Map(), waits: new Map(), stops: new Map(), passed: new Map(), values: new Map(), calls: new Map(), definition: "", ended: false };
}

function copyOf(state) {
  return {
    tokens: new Map(state.tokens), waits: new Map(state.waits), stops: new Map(state.stops), passed: new Map(state.passed),
    values: new Map(state.values), calls: new Map(state.calls), definition: state.definition, ended: state.ended,
  };
}

// Steps replace what they change and never write into it, so that copies of a state may share it.
export function applyStep(state, [kind, ...rest], at) {
  const { tokens, waits, stops, passed, calls } = state;
  switch (kind) {
    case "a":
      tokens.set(rest[0], { id: rest[0], element: rest[1], flow: rest[2], scope: rest[3], since: at, who: "", held: false, due: null });
      break;
    case "c":
      passed.set(rest[1], (passed.get(rest[1]) ?? 0) + 1);
      tokens.delete(rest[0]);
      break;
    case "x": tokens.delete(rest[0]); break;
    case "m": for (const token of rest[0]) tokens.delete(token); break;
    case "t": {
      const place = tokens.get(rest[0]);
      if (place) tokens.set(rest[0], { ...place, who: rest[1] || place.who, held: Boolean(rest[2]), due: rest.length > 3 ? rest[3] : place.due });
      break;
    }
    case "d": {
      const place = tokens.get(rest[0]);
      if (place) tokens.set(rest[0], { ...place, due: rest[1] });
      break;
    }
    case "u": {
      const place = tokens.get(rest[0]);
      if (place) tokens.set(rest[0], { ...place, who: "", held: false });
      break;
    }
    case "w": waits.set(rest[0], { key: rest[0], element: rest[1], due: rest[2], name: rest[3], since: at }); break;
    case "o": waits.delete(rest[0]); break;
    case "l": calls.set(rest[0], rest[1]); break;
    case "v": state.definition = rest[0]; break;
    case "n":
      for (const places of [tokens, waits]) {
        for (const [id, place] of places) if (rest[0][place.element]) places.set(id, { ...place, element: rest[0][place.element] });
      }
      break;
    case "i": stops.set(rest[0], rest[1]); break;
    case "j": stops.delete(rest[0]); break;
    case "e": state.ended = true; tokens.clear(); waits.clear(); stops.clear(); break;
  }
}

export function applyEntry(state, entry) {
  for (const step of entry.steps) applyStep(state, step, entry.at);
  applyChanges(state, entry);
}

export function applyChanges(state, entry) {
  for (const [path, label, , after] of entry.changes) {
    if (after === null) state.values.delete(path);
    else state.values.set(path, { label, value: after, seq: entry.seq });
  }
}

// The called process (by the token of its call) in which a token is; null in the case's own.
export function callOf(state, token) {
  for (let at = state.tokens.get(token)?.scope; at !== null && at !== undefined; at = state.tokens.get(at)?.scope) {
    if (state.calls.has(at)) return at;
  }
  return null;
}

export function read(compact) {
  const [seq, at, when, tone, actor, headline, followed, steps, changes, exact, erased] = compact;
  return { seq, at, when, tone, actor, headline, followed, steps, changes, exact: Boolean(exact), erased: Boolean(erased) };
}

// All entries of a case; the state after any of them costs at most KEYFRAME_EVERY entries.
export class Recording {
  constructor() {
    this.entries = [];
    this.people = {};
    this.names = {};
    this.times = []; // of the track: waits count by their logarithm
    this._frames = [emptyState()];
    this._last = emptyState();
    this._visits = new Map();
  }

  get length() { return this.entries.length; }

  add({ entries, people, elements }) {
    Object.assign(this.people, people);
    Object.assign(this.names, elements);
    for (const compact of entries) {
      const entry = read(compact);
      const index = this.entries.push(entry) - 1;
      const gap = index ? Math.max(0, entry.at - this.entries[index - 1].at) : 0;
      this.times.push(index ? this.times[index - 1] + compressed(gap) : 0);
      for (const step of entry.steps) if (step[0] === "a" || step[0] === "c" || step[0] === "x") this._visit(step[2], index);
      applyEntry(this._last, entry);
      if (this.entries.length % KEYFRAME_EVERY === 0) this._frames.push(copyOf(this._last));
    }
  }

  // The state after entry `index`; before the first one for -1. The caller may change what it gets.
  stateAt(index) {
    const frame = Math.min(Math.floor((index + 1) / KEYFRAME_EVERY), this._frames.length - 1);
    const state = copyOf(this._frames[frame]);
    for (let at = frame * KEYFRAME_EVERY; at <= index; at += 1) applyEntry(state, this.entries[at]);
    return state;
  }

  visitsOf(element) { return this._visits.get(element) ?? []; }

  indexOfSeq(seq) {
    let low = 0, high = this.entries.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle].seq < seq) low = middle + 1; else high = middle;
    }
    return Math.max(0, low);
  }

  // The last entry at or before an instant (milliseconds).
  indexAt(at) {
    let found = 0;
    for (let low = 0, high = this.entries.length - 1; low <= high;) {
      const middle = (low + high) >> 1;
      if (this.entries[middle].at <= at) { found = middle; low = middle + 1; } else high = middle - 1;
    }
    return found;
  }

  _visit(element, index) {
    const visits = this._visits.get(element);
    if (!visits) this._visits.set(element, [index]);
    else if (visits[visits.length - 1] !== index) visits.push(index);
  }
}

// How long a wait of so many milliseconds lasts in the replay, in its own units: 1 for none, 6 for a day.
export function compressed(gap) {
  return 1 + Math.log10(1 + gap / 1000);
}

// A length of time by its two largest units, with the words of the page.
export function span(milliseconds, words) {
  const left = Math.max(0, Math.floor(milliseconds / 1000));
  const days = Math.floor(left / 86400), hours = Math.floor(left % 86400 / 3600), minutes = Math.floor(left % 3600 / 60);
  if (days >= 10 || (days && !hours)) return fill(words.d, { days });
  if (days) return fill(words.d_h, { days, hours });
  if (hours) return minutes ? fill(words.h_min, { hours, minutes }) : fill(words.h, { hours });
  return minutes ? fill(words.min, { minutes }) : fill(words.s, { seconds: left });
}

// `%(name)s` and `%(name)d` filled in.
export function fill(text, values) {
  return text.replace(/%\((\w+)\)[sd]/g, (_whole, name) => String(values[name]));
}
