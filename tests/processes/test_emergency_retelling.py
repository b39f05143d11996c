"""The board of a past minute: what the live board showed then, and nothing that was known later."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.processes.conftest import EngineFactory
from workflow_engine import OPERATOR, Engine, Film, Settings, open_engine
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.emergency_view import EmergencyView
from workflow_engine.engine import Committed
from workflow_engine.rehearsal.runner import run_scenario
from workflow_engine.rehearsal.scenario import read_scenario
from workflow_engine.workers.destruction import Destroyer

SCENARIOS = Path(__file__).parents[2] / "processes" / "emergency_response" / "scenarios"


class Watched:
    """A scenario that was played while somebody looked at the live board after each entry."""

    def __init__(self, name: str, engines: EngineFactory) -> None:
        self.case_id = ""
        self.watches = True
        self.live: dict[int, EmergencyView] = {}
        self.film: Film
        self.without_people: Film

        def factory(clock: Clock) -> Engine:
            engine = engines(clock)
            engine.listen(lambda committed: self._look(engine, committed))
            close = engine.close

            def last_look() -> None:
                self.film = engine.emergency_retelling.film(self.case_id, OPERATOR)
                self.watches = False
                engine.pump()
                Destroyer(engine).run_once()
                self.without_people = engine.emergency_retelling.film(self.case_id, OPERATOR)
                engine.forget_hot_copies()
                self.ended = engine.queries.emergencies.get(self.case_id, OPERATOR)
                self.found = engine.verify_audit(sample=0).findings
                close()

            engine.close = last_look  # type: ignore[method-assign]
            return engine

        result = run_scenario(factory, read_scenario(SCENARIOS / f"{name}.json"))
        assert result.findings == ()

    def _look(self, engine: Engine, committed: Committed) -> None:
        """After every commit, for resources are given and warnings lifted outside the case."""
        if not self.case_id and committed.receipt.seq == 1:
            self.case_id = committed.receipt.case_id or ""
        if self.case_id and self.watches:
            view = engine.queries.emergencies.get(self.case_id, OPERATOR)
            self.live[view.case.version] = view


@pytest.mark.parametrize("name", ["main_path", "raised_by_update", "nobody_acknowledges"])
def test_the_board_of_a_past_minute_is_the_live_board_of_then(name: str, hot_engines: EngineFactory) -> None:
    watched = Watched(name, hot_engines)
    film = watched.film
    assert film.why_not is None and len(watched.live) > 10
    for frame in film.frames:
        if frame.seq in watched.live:
            live = watched.live[frame.seq]
            past = film.view_at(live.now) if film.frame_at(live.now).seq == frame.seq else None
            if past is not None:
                assert [n.name for n in fields(past) if getattr(past, n.name) != getattr(live, n.name)] == []
    kinds = [mark.kind for mark in film.marks]
    assert {"received", "graded", "decision"} <= set(kinds)
    assert [reign.begin for reign in film.reigns] == sorted(reign.begin for reign in film.reigns)


def test_after_the_destruction_of_personal_data_the_board_of_a_past_minute_tells_everything_but_people(
    played: Watched,
) -> None:
    before, after = played.film, played.without_people
    assert (before.is_redacted, after.is_redacted, after.why_not) == (False, True, None)
    assert len(after.frames) >= len(before.frames) > 50
    for frame, bare in zip(before.frames, after.frames, strict=False):
        known, left = before.view_at(frame.at), after.view_at(bare.at)
        assert _without_people(known) == _without_people(left), frame.seq
    assert "139-0000-0000" in str(before.frames[20].facts.variables)
    assert "139-0000-0000" not in str([frame.facts.variables for frame in after.frames])
    assert [(reign.level, reign.unit) for reign in after.reigns] == [
        (reign.level, reign.unit) for reign in before.reigns
    ]
    assert played.found == []
    assert _without_people(played.ended) == _without_people(after.view_at(played.ended.now)), "the live board, too"


def _without_people(view: EmergencyView) -> Any:
    """Level, command, units with their tasks and clocks, reports, resources, figures; free texts may lose names."""
    duties = [replace(line, result="") for line in view.duties]
    return (
        view.phase, view.level, view.command, view.reports, duties, view.tasks, view.resources, view.figures, view.area,
        view.warnings,
    )  # fmt: skip


@pytest.fixture(scope="module")
def played(prepared_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """The main path, played once, to the destruction of its personal data."""
    path = shutil.copy(prepared_database, tmp_path_factory.mktemp("film") / "film.sqlite3")
    return Watched("main_path", lambda clock: open_engine(Settings(database_url=f"sqlite:///{path}"), clock=clock))


@settings(max_examples=150)
@given(share=st.floats(0, 1))
def test_no_board_of_the_past_knows_the_future(share: float, played: Watched) -> None:
    film = played.film
    at = film.begin + (film.end - film.begin) * share
    view = film.view_at(at)
    assert view.now == at and film.frame_at(at).at <= at
    known = [one for one in _instants(view) if one[0].rpartition(".")[2] not in PLANNED]
    assert [one for one in known if one[1] > at] == []
    assert all(mark.at <= at for mark in film.marks if mark.kind == "concluded") or view.outcome is None


PLANNED = frozenset({"due_at", "next_due_at", "expires_at", "needed_by", "until"})
"""Instants that are plans: they may lie ahead of any moment."""


def _instants(value: Any, path: str = "view") -> Iterator[tuple[str, datetime]]:
    if isinstance(value, datetime):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _instants(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _instants(one, path)
