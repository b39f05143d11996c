"""The product served on a port of its own, with the demo city, a clock that tests move, and people with browsers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from waitress.server import create_server

from tests.support.serving import running
from web.app import create_app
from web.held import hold_streams
from workflow_engine import OPERATOR, Actor, Engine, Settings, VirtualClock, open_engine
from workflow_engine.demo.load import load_organisation, release_process
from workflow_engine.rehearsal.runner import run_scenario
from workflow_engine.rehearsal.scenario import read_scenario
from workflow_engine.workers.clock import AlarmClock

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page

Colours = Literal["light", "dark"]
ROOT = Path(__file__).resolve().parents[2]
PROCESS = ROOT / "processes" / "emergency_response"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STARTED_AT = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
AXE_RUN = """one => axe.run({...(one && {runOnly: [one]}), resultTypes: ['violations']})
  .then(found => found.violations.map(rule => `${rule.id}: ${rule.nodes.map(node => node.target).join(', ')}`))"""


@dataclass
class City:
    """The running product and what tests do to it from outside."""

    engine: Engine
    clock: VirtualClock
    url: str
    browser: Browser
    app: Flask
    contexts: dict[tuple[str | None, str, int, str], BrowserContext] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    """What the browsers wrote to their consoles: a broken content security policy shows here."""

    def person(
        self, person_id: str | None, language: str = "en-GB", width: int = 1440, colours: Colours = "light"
    ) -> Page:
        """A page of this person's own browser; signed in with one click the first time. None: a visitor."""
        key = (person_id, language, width, colours)
        if key in self.contexts:
            return self.contexts[key].pages[0]
        context = self.browser.new_context(
            locale=language, viewport={"width": width, "height": 900}, color_scheme=colours
        )
        self.contexts[key] = context
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.url}/sign-in")
        if person_id is not None:
            page.locator(f'button[value="{person_id}"]').click()
            page.wait_for_url(re.compile(r"/(inbox|enterprise)$"))
        return page

    def close_browsers(self) -> None:
        """End every browser profile."""
        for context in self.contexts.values():
            context.close()
        self.contexts.clear()

    def advance(self, seconds: float) -> None:
        """Let time pass; each timer fires at its own instant on the way."""
        until = self.clock.now().timestamp() + seconds
        alarm = AlarmClock(self.engine, worker_id="tests")
        while (due := self.engine.queries.next_due_at()) is not None and due.timestamp() <= until:
            self.clock.set(max(due, self.clock.now()))
            alarm.tick()
        self.clock.set(datetime.fromtimestamp(until, UTC))

    def actor(self, person_id: str) -> Actor:
        """The person as the engine knows them."""
        found = self.engine.queries.organisation.find_actor(person_id)
        assert found is not None
        return found

    def person_of(self, groups: tuple[str, ...] | list[str]) -> str:
        """Somebody who holds one of these groups."""
        return next(p.person_id for p in self.engine.queries.list_people() if not p.groups.isdisjoint(groups))

    def open_tasks(self, case_id: str, element_id: str) -> list[Any]:
        """The open tasks of a case at one element."""
        tasks = self.engine.queries.get_case(case_id, OPERATOR).user_tasks
        return [task for task in tasks if task.element_id == element_id and task.state in ("ready", "claimed")]

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.complaints.append(text)


@pytest.fixture(scope="session")
def prepared_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the people and the released process, made once and copied for each test."""
    path = tmp_path_factory.mktemp("city") / "prepared.sqlite3"
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=VirtualClock(STARTED_AT), migrate=True)
    load_organisation(engine)
    release_process(engine, PROCESS)
    engine.close()
    return path


@pytest.fixture(scope="session")
def prepared_closed_city(prepared_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with one emergency carried from the alert to its end, and the questions of inspectors."""
    path = tmp_path_factory.mktemp("city") / "closed.sqlite3"
    shutil.copy(prepared_city, path)
    settings = Settings(database_url=f"sqlite:///{path}")
    engine = open_engine(settings, clock=VirtualClock(STARTED_AT))
    release_process(engine, PROCESS.parent / "inspection_question")
    engine.close()
    scenario = read_scenario(PROCESS / "scenarios" / "main_path.json")
    played = run_scenario(lambda clock: open_engine(settings, clock=clock), scenario)
    assert played.findings == ()
    return path


@pytest.fixture
def city(prepared_city: Path, tmp_path: Path, browser: Browser) -> Iterator[City]:
    """Yunxi with the emergency process released; no case yet."""
    yield from _served(prepared_city, tmp_path, browser)


@pytest.fixture
def closed_city(prepared_closed_city: Path, tmp_path: Path, browser: Browser) -> Iterator[City]:
    """Yunxi just after an emergency has ended."""
    for made in _served(prepared_closed_city, tmp_path, browser):
        case = made.engine.queries.find_cases(OPERATOR, process_id="emergency_response").items[0]
        made.clock.set(max(row.at for row in made.engine.queries.get_history(case.case_id, OPERATOR)))
        yield made


def _served(prepared: Path, tmp_path: Path, browser: Browser) -> Iterator[City]:
    clock = VirtualClock(STARTED_AT)
    path = tmp_path / "city.sqlite3"
    shutil.copy(prepared, path)
    settings = Settings(database_url=f"sqlite:///{path}", demo=True, session_file=tmp_path / "sessions.db")
    engine = open_engine(settings, clock=clock)
    app = create_app(engine, settings)
    server = hold_streams(create_server(app, host="127.0.0.1", port=0, threads=settings.threads, connection_limit=1000))
    with running(server) as port:
        made = City(engine, clock, f"http://127.0.0.1:{port}", browser, app)
        yield made
        made.close_browsers()
    app.session_interface.store.close()  # type: ignore[attr-defined]
    engine.close()


def check_accessibility(page: Page, rule: str | None = None) -> list[str]:
    """What axe-core finds wrong on the page, by one rule or all; skips where it is not installed."""
    if not AXE.exists():
        pytest.skip("axe-core is missing: make setup")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(AXE_RUN, rule)
    return found
