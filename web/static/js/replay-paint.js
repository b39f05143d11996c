// Marks and names on the diagram: where tokens are, with whom, and what a moment touched.
import { callOf } from "./replay-state.js";

export function paint(stage, state, touched, call, words) {
  const marks = new Map(), pins = new Map(), counts = new Map();
  const mark = (element, name) => marks.set(element, [...(marks.get(element) ?? []), name]);
  const tokens = [...state.tokens.values()].filter((token) => callOf(state, token.id) === call);
  const stopped = new Set(state.stops.values());
  for (const token of tokens) {
    counts.set(token.element, (counts.get(token.element) ?? 0) + 1);
    if (stopped.has(token.id)) pins.set(token.element, { text: words.stopped, kind: "stopped" });
    else if (token.who && !pins.has(token.element)) pins.set(token.element, { text: token.who, kind: token.held ? "here" : "offered" });
  }
  for (const [element, count] of counts) {
    const isStopped = tokens.some((token) => token.element === element && stopped.has(token.id));
    mark(element, isStopped ? "mark-stopped" : "mark-active");
    if (count > 1 && pins.get(element)?.kind !== "stopped") pins.set(element, { text: `× ${count}`, kind: "active" });
  }
  for (const element of state.passed.keys()) if (!counts.has(element)) mark(element, "mark-done");
  for (const element of touched.slice(-40)) if (stage.has(element) && !marks.get(element)?.includes("mark-told")) mark(element, "mark-told");
  stage.show(marks, pins);
}
