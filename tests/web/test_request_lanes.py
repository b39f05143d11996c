"""A flood of ordinary requests over a real server: whoever works on an emergency passes, nobody is left unanswered."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Visitor, open_task
from tests.web.test_emergency import city, served, start
from web import lane_dispatcher
from workflow_engine import Engine

__all__ = ["city"]
WAITING = 6


class Gate(threading.Event):
    """Lists of cases are answered once it is set; ``entered`` counts those that have a thread."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer
        self.entered = threading.Semaphore(0)

    def view(self) -> Any:
        """In the place of the list."""
        self.entered.release()
        assert self.wait(120)
        return self._answer()

    def flood(self, port: int, visitor: Visitor) -> list[Asked]:
        """As many as there are places, each with a thread by now."""
        asked = [Asked(port, visitor, "/cases") for _ in range(lane_dispatcher.PLACES)]
        for _ in asked:
            assert self.entered.acquire(timeout=60)
        return asked


@pytest.fixture
def gate(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Few may wait for their turn."""
    monkeypatch.setattr(lane_dispatcher, "MOST_WAITING", WAITING)
    made = Gate(app.view_functions["cases.index"])
    app.view_functions["cases.index"] = made.view
    yield made
    made.set()


class Asked:
    """A request that was sent; its answer is read when it is wanted."""

    def __init__(self, port: int, visitor: Visitor | None, path: str, method: str = "GET", more: str = "") -> None:
        held = [] if visitor is None else (visitor.client._cookies or {}).values()
        cookies = "".join(f"{one.key}={one.value}; " for one in held)
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        head = f"{method} {path} HTTP/1.0\r\nHost: localhost\r\nCookie: {cookies}\r\n{more}\r\n"
        self.socket.sendall(head.encode())

    def answer(self) -> tuple[int, str]:
        """Status and the rest."""
        parts = []
        while part := self.socket.recv(1 << 16):
            parts.append(part)
        self.socket.close()
        text = b"".join(parts).decode()
        return int(text.split(" ", 2)[1]), text


def first_answered(asked: list[Asked]) -> Asked:
    """The first of these that has an answer."""
    with selectors.DefaultSelector() as selector:
        for one in asked:
            selector.register(one.socket, selectors.EVENT_READ, one)
        ((key, _), *_rest) = selector.select(60)
    found: Asked = key.data
    return found


def test_emergencies_pass_a_flood_and_what_is_too_much_is_told(
    app: Flask, city: Engine, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_dispatcher, "SLOW_SECONDS", 600.0)
    case_id = start(city, "Gas leak")
    officer, clerk, helper = Visitor(app, "wang"), Visitor(app, "hu"), Visitor(app, "he")
    task = f"/tasks/{open_task(city, case_id, 'verify')}"
    for visitor in (officer, clerk, helper):
        assert visitor.get("/inbox").status_code == 200
    with served(app, threads=16) as (port, _):
        flood = [*gate.flood(port, clerk), *(Asked(port, clerk, "/cases") for _ in range(WAITING + 1))]
        refused = first_answered(flood)
        flood.remove(refused)
        assert refused.answer()[0] == 503, "one too many"
        for path in ("/emergency", f"/emergency/{case_id}", "/inbox", task):
            assert Asked(port, officer, path).answer()[0] == 200, path
        assert Asked(port, None, "/healthz").answer()[0] == 200
        assert Asked(port, None, "/emergency").answer()[0] == 503, "a word in the address is no emergency"
        page = Asked(port, clerk, "/inbox").answer()[1]
        assert "Retry-After: 5" in page
        assert "Content-Security-Policy" in page
        assert "Whoever works on an emergency goes first" in page
        assert "人太多" in Asked(port, None, "/", more="Accept-Language: zh-CN,en;q=0.5\r\n").answer()[1]
        assert "application/problem+json" in Asked(port, None, "/api/v1/me").answer()[1]
        form = Asked(port, clerk, "/preferences/language", "POST", "Content-Length: 0\r\n")
        assert Asked(port, helper, f"/cases/{case_id}").answer()[0] == 200, "it names an emergency that was seen before"
        assert Asked(port, helper, "/inbox").answer()[0] == 200, "and goes first from then on"
        gate.set()
        assert {one.answer()[0] for one in flood} == {200}, "who waited is answered"
        assert form.answer()[0] == 400, "a form is never refused for want of room: this one had no token"


def test_request_that_waits_for_long_gives_its_place_back(
    app: Flask, city: Engine, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_dispatcher, "SLOW_SECONDS", 0.2)
    clerk = Visitor(app, "hu")
    with served(app, threads=lane_dispatcher.KEPT_THREADS + lane_dispatcher.PLACES + 1) as (port, _):
        flood = gate.flood(port, clerk)
        assert Asked(port, clerk, "/inbox").answer()[0] == 200
        gate.set()
        assert {one.answer()[0] for one in flood} == {200}
