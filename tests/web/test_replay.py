"""The replay: its data in pieces, the state at each moment the same in the browser and on the server, its page."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Visitor, actor
from web.presenters.replay import steps_of
from web.presenters.replay_state import ReplayState
from workflow_engine import OPERATOR, ClaimUserTask, CompleteUserTask, Engine, VirtualClock, new_id

SCRIPTS = Path(__file__).resolve().parents[2] / "web" / "static" / "js"
FOLD = """
import { Recording } from "./replay-state.js";
import { readFileSync } from "node:fs";
const recording = new Recording();
for (const chunk of JSON.parse(readFileSync(0, "utf8"))) recording.add(chunk);
const order = [...recording.entries.keys()].sort((a, b) => (a * 7919) % 101 - (b * 7919) % 101);
const states = [];
for (const index of order) {
  const state = recording.stateAt(index);
  states[index] = {
    tokens: [...state.tokens.values()].map((t) => [t.id, t.element, t.scope, t.who, t.held, t.due]),
    waits: [...state.waits.values()].map((w) => [w.key, w.element, w.due, w.name]), definition: state.definition,
    values: Object.fromEntries([...state.values].map(([path, { value }]) => [path, value])), ended: state.ended,
  };
}
console.log(JSON.stringify(states));
"""


def chunks(visitor: Visitor, case_id: str) -> list[dict[str, Any]]:
    """All data of a case, as the player reads it."""
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        answer = visitor.get(f"/cases/{case_id}/replay/data?after={after}")
        assert answer.status_code == 200, answer.text
        found.append(json.loads(answer.text))
        after = found[-1]["next"]
    return found


@pytest.fixture
def worked_case(engine: Engine, case_id: str, task_id: str, clock: VirtualClock) -> str:
    """The duty room has taken the first task and done it two hours later."""
    wang = actor(engine, "wang")
    engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id), wang)
    clock.advance(7200)
    values = {"place": "Dock <3>", "level": "II"}
    engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables=values), wang)
    return case_id


def test_open_places_are_those_of_the_engine(app: Flask, engine: Engine, worked_case: str) -> None:
    state = ReplayState()
    for chunk in chunks(Visitor(app, "he"), worked_case):
        for entry in chunk["entries"]:
            state.apply(entry[7])
    scopes = {place.scope for place in state.tokens.values()}
    found = Counter(place.element for token, place in state.tokens.items() if token not in scopes)
    assert found == Counter(engine.queries.get_case(worked_case, OPERATOR).open_elements)


def test_values_are_told_before_and_after(app: Flask, worked_case: str) -> None:
    entries = [entry for chunk in chunks(Visitor(app, "he"), worked_case) for entry in chunk["entries"]]
    assert [change[:1] + change[2:] for change in entries[0][8]] == [["reporter", None, "<i>Harbour</i> master"]]
    assert entries[1][8] == []
    assert ["place", None, "Dock <3>"] in [change[:1] + change[2:] for change in entries[2][8]]
    assert entries[1][5] == ["", "Wang Fang", " took on ", "Record <now>", ""]
    assert [entry[9] for entry in entries] == [1, 1, 1]
    assert (entries[2][1] - entries[1][1]) == 7_200_000


def test_page_without_script_says_the_same(app: Flask, worked_case: str) -> None:
    page = Visitor(app, "he").get(f"/cases/{worked_case}/replay?seq=3").text
    assert "<ins>Dock &lt;3&gt;</ins>" in page
    assert "2 h passed before this" in page
    assert 'id="seq-3" class="is-chosen"' in page
    assert "Wang Fang · Duty office" in page  # who has the task at the second moment


def test_migration_and_calls_are_told_as_steps() -> None:
    steps = steps_of([
        {"event": "element.activated", "token_id": 2, "element_id": "A", "flow_id": "f"},
        {"event": "subscription.opened", "token_id": 3, "element_id": "W", "name": "m"},
        {"event": "call.resolved", "token_id": 2, "element_id": "A", "definition_id": "called", "process_id": "q"},
        {"event": "case.migrated", "definition_id": "second", "mapping": {"A": "A2", "W": "W2"}, "version": 2},
    ])  # fmt: skip
    assert [step[0] for step in steps] == ["a", "w", "l", "v", "n"]
    state = ReplayState()
    state.apply(steps)
    assert (state.tokens[2].element, state.waits["3.0"][0], state.definition) == ("A2", "W2", "second")


def test_replay_of_a_case_outside_ones_reach_does_not_exist(app: Flask, worked_case: str) -> None:
    for path in ("replay", "replay/data"):
        assert Visitor(app, "hu").get(f"/cases/{worked_case}/{path}").status_code == 404
        assert Visitor(app, "hu").get(f"/cases/none/{path}").status_code == 404


def test_browser_and_server_fold_alike(app: Flask, engine: Engine, worked_case: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is missing: the browser's half cannot run here")
    visitor = Visitor(app, "he")
    found = chunks(visitor, worked_case)
    script = tmp_path / "fold.mjs"
    script.write_text(FOLD, encoding="utf-8")
    shutil.copy(SCRIPTS / "replay-state.js", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    many = many_times(found, 150)
    run = subprocess.run([node, str(script)], input=json.dumps(many), capture_output=True, text=True, check=True)
    state, values = ReplayState(), {}
    for told, entry in zip(json.loads(run.stdout), (e for chunk in many for e in chunk["entries"]), strict=True):
        state.apply(entry[7])
        values.update({path: after for path, _label, _before, after in entry[8]})
        assert told["tokens"] == [
            [token, p.element, p.scope, p.who, p.is_held, p.due] for token, p in state.tokens.items()
        ]
        assert told["waits"] == [[key, *wait] for key, wait in state.waits.items()]
        assert told["values"] == values
        assert (told["definition"], told["ended"]) == (state.definition, state.ended)


def many_times(found: list[dict[str, Any]], times: int) -> list[dict[str, Any]]:
    """The same story again and again, so that it is longer than the distance between two keyframes."""
    (entries,) = [chunk["entries"] for chunk in found]
    return [
        {"entries": [[entry[0] + turn * len(entries), *entry[1:]] for entry in entries], "people": {}, "elements": {}}
        for turn in range(times)
    ]
