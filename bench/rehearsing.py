"""Rehearsals: simulated emergencies per minute of one core, from the alert to the end, and where the time goes."""

from __future__ import annotations

import cProfile
import pstats
import shutil
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.measuring import Report, Row
from workflow_engine import Engine, Settings, VirtualClock, open_engine
from workflow_engine.demo.load import load_organisation, read_process, release_process
from workflow_engine.domain.timing import parse_instant
from workflow_engine.rehearsal.chances import Luck
from workflow_engine.rehearsal.filling import Forms, read_schemas
from workflow_engine.rehearsal.plan_files import read_document
from workflow_engine.rehearsal.plan_reading import plan_from
from workflow_engine.rehearsal.season import Season

TARGET = 300
_PROCESS = Path(__file__).resolve().parents[1] / "processes" / "emergency_response"
_CASES = 20
_PARTS = (
    ("SQLite", ("sqlite3.",)), ("storage and record", ("/storage/", "/audit/")), ("FEEL and tables", ("/feel/",)),
    ("model", ("/bpmn/", "SpiffWorkflow")), ("commands", ("/handlers/", "/domain/", "workflow_engine/engine.py")),
    ("simulated people", ("/rehearsal/",)),
)  # fmt: skip


def run(report: Report, *, quick: bool) -> None:
    """Seasons of the shipped plan, each on a fresh copy of the city, the copying and opening included."""
    with tempfile.TemporaryDirectory() as folder:
        city = Path(folder) / "city.sqlite3"
        document = read_document(_PROCESS / "rehearsals" / "summer.json")
        document["season"] = {"cases": _CASES, "watched": "P7D"}
        _make(city, document)
        rounds = [_season(city, document, number) for number in range(3 if quick else 10)]
        for name, place in (("seasons with their opening", 0), ("playing alone", 1)):
            rate = statistics.median(60 * _CASES / round_[place] for round_ in rounds)
            commands = statistics.mean(round_[2] for round_ in rounds) / _CASES
            report.add(
                Row(f"emergencies rehearsed, {name}", rate, unit="cases per CPU minute", target=f"≥ {TARGET}",
                    met=rate >= TARGET, note=f"{commands:.0f} commands per case")
            )  # fmt: skip
        for part, share in _shares(city, document):
            report.add(Row(f"rehearsal, share of {part}", share, unit="% of time (profiled)"))


def _make(city: Path, document: dict[str, object]) -> None:
    settings = Settings(database_url=f"sqlite:///{city}")
    engine = open_engine(settings, clock=_clock(document), migrate=True, scratch=True)
    load_organisation(engine)
    release_process(engine, _PROCESS)
    engine.close()


def _clock(document: dict[str, object]) -> VirtualClock:
    return VirtualClock(parse_instant(str(document["start_at"])))


def _season(city: Path, document: dict[str, object], number: int) -> tuple[float, float, int]:
    """Seconds of processor time with and without the opening, and the number of commands."""
    began = time.process_time()
    season, engine = _prepared(city, document, number)
    ready = time.process_time()
    seen = season.play()
    done = time.process_time()
    engine.close()
    ended = [case for case in seen["cases"] if case["state"] in ("completed", "terminated")]
    if len(ended) != _CASES:
        raise RuntimeError(f"expected {_CASES} cases to end, but {len(ended)} did: {seen['remarks']}")
    return done - began, done - ready, sum(case["commands"] for case in seen["cases"])


def _prepared(city: Path, document: dict[str, object], number: int) -> tuple[Season, Engine]:
    path = Path(shutil.copyfile(city, city.with_name(f"season-{number}.sqlite3")))
    clock = _clock(document)
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=clock, scratch=True)
    plan = plan_from(document, "summer.json", engine.queries.organisation.working_calendar(), lambda _group: [])
    forms = Forms(plan, read_schemas(read_process(_PROCESS)))
    return Season(engine, clock, plan, forms, Luck(1, number)), engine


def _shares(city: Path, document: dict[str, object]) -> list[tuple[str, float]]:
    """Own time of each part of the program while one season is played, in percent."""
    season, engine = _prepared(city, document, 99)
    profile = cProfile.Profile()
    profile.runcall(season.play)
    engine.close()
    spent: Counter[str] = Counter()
    for (file, _line, name), (_calls, _all, own, _with, _callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        where = f"{file} {name}"
        part = next((part for part, marks in _PARTS if any(mark in where for mark in marks)), "Python itself")
        spent[part] += own
    total = sum(spent.values())
    return [(part, 100 * own / total) for part, own in spent.most_common()]
