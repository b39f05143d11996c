"""The duty room: board, room and data for those concerned; cards come by themselves, without a thread for each page."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from waitress.server import create_server

from tests.support.house import model_xml
from tests.support.serving import running
from tests.web.conftest import Visitor, actor
from web import live_hub
from web.busy import dispatcher_of
from web.held import hold_streams
from workflow_engine import (
    OPERATOR,
    ClaimUserTask,
    DeployDefinition,
    Engine,
    InjectNow,
    PauseExercise,
    PlanExercise,
    ReleaseDefinition,
    StartCase,
    StartExercise,
    new_id,
)

MODEL = """
<bpmn:process id="emergency_response" isExecutable="true">
  <bpmn:extensionElements><camunda:properties>
    <camunda:property name="liandong:lane" value="emergency"/>
    <camunda:property name="liandong:mechanism" value="emergency"/>
  </camunda:properties></bpmn:extensionElements>
  <bpmn:startEvent id="start"/>
  <bpmn:userTask id="verify" name="核实 Verify" camunda:candidateGroups="role:duty_room"/>
  <bpmn:endEvent id="end"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="verify"/>
  <bpmn:sequenceFlow id="f2" sourceRef="verify" targetRef="end"/>
</bpmn:process>
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(live_hub, "HEARTBEAT_SECONDS", 0.5)
    monkeypatch.setattr(live_hub, "BOARD_SECONDS", 600)  # what is not told does not come


@pytest.fixture
def city(engine: Engine) -> Engine:
    """The small city with a process for emergencies."""
    deploy = DeployDefinition(command_id=new_id(), files={"model.bpmn": model_xml(MODEL)})
    deployed = engine.handle(deploy, actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, actor(engine, "yu"))
    return engine


def start(engine: Engine, title: str, exercise: bool = False) -> str:
    """An alert has come in; the duty room is to verify it."""
    case_id = new_id()
    command = StartCase(
        command_id=new_id(), case_id=case_id, process_id="emergency_response", title=title,
        variables={"headline": title, "hazard": "gas", "exercise": exercise},
    )  # fmt: skip
    engine.handle(command, OPERATOR)
    return case_id


def exercise(engine: Engine) -> str:
    """An exercise under way, with one case; its id."""
    exercise_id = new_id()
    injects = [{"number": 0, "kind": "start", "at": 3_600, "content": {"title": "Drill"}}]
    for command in (
        PlanExercise(command_id=new_id(), exercise_id=exercise_id, title="Drill", script={"injects": injects}),
        StartExercise(command_id=new_id(), exercise_id=exercise_id),
        InjectNow(command_id=new_id(), exercise_id=exercise_id, number=0),
    ):
        engine.handle(command, OPERATOR)
    return exercise_id


@contextmanager
def served(app: Flask, threads: int = 2) -> Iterator[tuple[int, int]]:
    """The application under waitress as it is served, with few threads; its port."""
    server = hold_streams(
        create_server(app, host="127.0.0.1", port=0, channel_request_lookahead=1, asyncore_use_poll=True,
                      _dispatcher=dispatcher_of(app, threads))
    )  # fmt: skip
    with running(server) as port:
        yield port, threads


class Stream:
    """What a browser with a board hears."""

    def __init__(self, port: int, visitor: Visitor, query: str = "board=", last: str = "") -> None:
        cookies = "; ".join(f"{one.key}={one.value}" for one in (visitor.client._cookies or {}).values())
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        head = f"GET /live?{query} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n"
        self._socket.sendall((head + (f"Last-Event-ID: {last}\r\n" if last else "") + "\r\n").encode())
        self.heard = ""

    def until(self, words: str, seconds: float = 60.0) -> str:
        """Everything heard up to these words."""
        ends_at = time.monotonic() + seconds
        while words not in self.heard:
            self._socket.settimeout(max(0.1, ends_at - time.monotonic()))
            part = self._socket.recv(1 << 16)
            assert part, f"the stream ended before {words!r}: {self.heard[-300:]}"
            self.heard += part.decode()
        found, _, self.heard = self.heard.partition(words)
        return found + words

    def close(self) -> None:
        self._socket.close()


def test_board_room_and_data_show_what_lies_within_reach(app: Flask, city: Engine) -> None:
    wang, hu = Visitor(app, "wang"), Visitor(app, "hu")
    assert "No emergency is running" in wang.get("/emergency").text
    case_id, drill = start(city, "燃气泄漏 / Gas leak"), start(city, "Drill", exercise=True)
    page = wang.get("/emergency").text
    assert page.index("Gas leak") < page.index("Drill"), "an exercise stands after what is real"
    assert page.count('class="exercise-band"') == page.count("Nothing of this is real") == 1
    assert "Not graded yet" in page
    assert "Verify" in page
    assert "Gas leak" in wang.get("/emergency?wall=1").text
    room = wang.get(f"/emergency/{case_id}")
    assert room.status_code == 200
    assert "Being verified" in room.text
    zh = Visitor(app, "li", "zh")
    assert "燃气泄漏" in zh.get(f"/emergency/{case_id}").text
    assert "核实中" in zh.get("/emergency").text
    found = json.loads(wang.get("/emergency/board.json").text)["emergencies"]
    assert [(one["case_id"], one["phase"], one["exercise"]) for one in found] == [
        (case_id, "verifying", False), (drill, "verifying", True),
    ]  # fmt: skip
    assert found[0]["tasks"][0]["element_id"] == "verify"
    assert json.loads(hu.get("/emergency/board.json").text)["emergencies"] == []
    assert hu.get(f"/emergency/{case_id}").status_code == 404
    etag = wang.get(f"/emergency/{case_id}/live").headers["ETag"]
    assert wang.get(f"/emergency/{case_id}/live", headers={"If-None-Match": etag}).status_code == 304


def test_cards_come_by_themselves_and_a_lost_connection_loses_nothing(app: Flask, city: Engine) -> None:
    with served(app) as (port, threads):
        people = [Visitor(app, name) for name in ("wang", "li", "wang", "hu", "wang", "li")]
        streams = [Stream(port, visitor) for visitor in people]
        assert len(streams) > threads, "more pages are open than the server has threads"
        for stream in streams:
            stream.until("event: shown")
        case_id = start(city, "Gas leak")
        for stream, visitor in zip(streams, people, strict=True):
            if visitor is not people[3]:
                assert case_id in stream.until("event: shown")
        assert "Gas leak" in people[0].get("/emergency").text, "pages are answered while streams are open"
        assert "event: emergency" not in streams[3].until("event: beat"), "hu has no part in it"
        streams[0].until("\ndata: ")
        streams[0].close()
        tag = people[0].get("/emergency").text.partition('data-tag="')[2].partition('"')[0]
        again = Stream(port, people[0], last=tag)
        assert "event: emergency" not in again.until("event: beat"), "it has everything already"
        start(city, "Flood")
        assert "Flood" in again.until("event: shown")
        stale = Stream(port, people[1], last="something-older")
        told = stale.until("event: shown")
        assert told.index("event: anew") < told.index("event: emergency")
        assert told.count("event: emergency") == 2
        drill = exercise(city)
        assert "Exercise paused" not in again.until("event: shown")
        city.handle(PauseExercise(command_id=new_id(), exercise_id=drill), OPERATOR)
        assert "Exercise paused" in again.until("event: shown"), "no case changed, and yet it comes"
        for stream in (again, stale, *streams):
            stream.close()


def test_room_is_told_of_its_own_emergency_only(app: Flask, city: Engine) -> None:
    with served(app) as (port, _threads):
        case_id, other = start(city, "Gas leak"), start(city, "Flood")
        wang, hu = Visitor(app, "wang"), Visitor(app, "hu")
        room = Stream(port, wang, f"room={case_id}&board=")
        told = room.until("event: shown")
        assert "Gas leak" in told and other not in told
        assert "room-units-title" in told, "all of the room, not the card"
        stranger = Stream(port, hu, f"room={case_id}&board=")
        assert "event: emergency" not in stranger.until("event: shown")
        (task,) = city.queries.get_case(case_id, OPERATOR).user_tasks
        city.handle(ClaimUserTask(command_id=new_id(), user_task_id=task.user_task_id), actor(city, "wang"))
        assert "Wang" in room.until("event: shown")
        tag = wang.get(f"/emergency/{case_id}").text.partition('data-tag="')[2].partition('"')[0]
        again = Stream(port, wang, f"room={case_id}&board={tag}")
        assert "event: emergency" not in again.until("event: beat"), "it has everything already"
        assert "answered or passed on" in wang.get(f"/emergency/{case_id}?call=unknown").text
        for stream in (room, stranger, again):
            stream.close()


def test_held_stream_ends_with_the_session(app: Flask, city: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "CHECK_SECONDS", 0.1)
    with served(app) as (port, _threads):
        wang = Visitor(app, "wang")
        stream = Stream(port, wang)
        stream.until("event: shown")
        wang.get("/inbox")
        assert wang.post("/sign-out").status_code == 303
        stream.until("\r\n0\r\n\r\n")
        start(city, "Unseen")
        assert stream._socket.recv(1 << 16) == b"", "the connection is closed in order"
        stream.close()
