"""Plays plans of rehearsals: makes a city of its own, shares the seasons among processes, compares what came of them.

The product is only read. Every season is played on a fresh copy of the made city and knows nothing of the others. The
same plan with the same seed gives the same result, byte for byte, however many processes share the work.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from workflow_engine.bootstrap import open_engine
from workflow_engine.borrowing import release_with_called, take_calendar, take_city, take_parameters
from workflow_engine.domain.clock import VirtualClock
from workflow_engine.engine import Engine
from workflow_engine.queries import Queries
from workflow_engine.rehearsal.chances import Luck
from workflow_engine.rehearsal.contrasting import contrast, effects
from workflow_engine.rehearsal.filling import Forms, read_schemas
from workflow_engine.rehearsal.measuring import Seen, summary
from workflow_engine.rehearsal.plan import Plan, PlanError
from workflow_engine.rehearsal.plan_reading import plan_from
from workflow_engine.rehearsal.rounds import Arm, Key, Rounds
from workflow_engine.rehearsal.season import Season
from workflow_engine.settings import Settings

FORMAT = "liandong.rehearsal/2"
MOST_CALLED = 20
_ROSTER_DAYS = 400

Progress = Callable[[int, int], None]
"""Told after each season how many cases were played, and how many there are in all, at most."""
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class City:
    """A database with people and released models and no case; each season is played on a copy."""

    database: Path
    models: Sequence[Mapping[str, bytes]]
    """The files of every model there, the one that is rehearsed first."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be played."""

    document: Document
    """A settled plan."""
    file: str
    """What it is called in complaints."""
    cases: int
    seed: int = 1
    against: tuple[Document, str] | None = None
    """Another plan to compare with, under the same luck, and its file's name."""
    what_if: Sequence[str] | None = None
    """Teams that are tried with one crew (or person) more and one fewer; None: those the plan names."""
    what_if_cases: int = 0
    """For each of those tries; 0: none are made."""
    precision: float = 0.0
    """Stop before, once the range of each share that is asked for is no wider to either side; 0: play all."""
    processes: int = 1
    keep: Path | None = None
    """A folder in which the databases of the seasons of the first plan are kept."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One season of one plan."""

    document: Document
    file: str
    season: int
    team: str | None = None
    more: int = 0
    keep: Path | None = None


@contextmanager
def city_of(product: Queries, files: Mapping[str, bytes], at: datetime) -> Iterator[City]:
    """A city as the product has it, with this model and what it calls; gone after the block."""

    def make(engine: Engine) -> None:
        take_calendar(engine, product)
        take_city(engine, product)
        release_with_called(engine, files, product, MOST_CALLED)
        take_parameters(engine, product)

    with made_city(make, files, at) as city:
        yield city


@contextmanager
def made_city(make: Callable[[Engine], None], files: Mapping[str, bytes], at: datetime) -> Iterator[City]:
    """A city that ``make`` fills at that instant; gone after the block."""
    with tempfile.TemporaryDirectory(prefix="liandong-rehearsal-") as folder:
        path = Path(folder) / "city.sqlite3"
        engine = open_engine(_settings(path), clock=VirtualClock(at), migrate=True, scratch=True)
        try:
            make(engine)
            rows = engine.queries.list_definitions()
            others = [engine.queries.get_definition(row.definition_id).files for row in rows]
        finally:
            engine.close()
        yield City(path, [files, *(other for other in others if other != files)])


def read_plan(city: City, document: Document, file: str) -> Plan:
    """The plan as it is played in this city. Raises PlanError."""
    engine = open_engine(_settings(city.database), scratch=True)
    try:
        return plan_in(engine, document, file)
    finally:
        engine.close()


def rehearse(city: City, wish: Wish, progress: Progress = lambda _played, _all: None) -> dict[str, Any]:
    """Play everything that is wished for; the result as JSON.

    Raises:
        PlanError: a plan cannot be read.
    """
    plans = [read_plan(city, wish.document, wish.file)]
    if wish.against is not None:
        plans.append(read_plan(city, *wish.against))
        if plans[1].process_id != plans[0].process_id:
            raise PlanError(f"{wish.against[1]}, process_id: expected {plans[0].process_id}, as in {wish.file}.")
    rounds = Rounds(_arms(plans, wish), wish.precision)
    size = _size(plans[0], wish)
    played = 0
    with _players(city, wish, rounds.ahead()) as play:
        while ahead := rounds.next():
            jobs = [_job(plans[0], wish, arm.key, season) for arm, seasons in ahead for season in seasons]
            most = played + size * max(len(jobs), rounds.ahead())
            seen = []
            for one in play(jobs):
                seen.append(one)
                played += size
                progress(played, most)
            given = iter(seen)
            for arm, seasons in ahead:
                arm.add(next(given) for _ in seasons)
    return _result(city, wish, rounds)


def _result(city: City, wish: Wish, rounds: Rounds) -> dict[str, Any]:
    words, names = element_words(city.models), group_names(city)
    plan, against = rounds.arms["plan",], rounds.arms.get(("against",))
    tries = [arm for key, arm in rounds.arms.items() if key[0] == "try"]
    ours = summary(plan.plan, plan.seen, words, names)
    theirs = None if against is None else summary(against.plan, against.seen, words, names)
    return {
        "format": FORMAT, "process_id": plan.plan.process_id, "seed": wish.seed, "precision": wish.precision,
        "season_cases": _size(plan.plan, wish),
        "asked": {"cases": wish.cases, "what_if_cases": wish.what_if_cases if tries else 0},
        "plan": ours, "against": theirs, "contrast": None if theirs is None else contrast(ours, theirs),
        "what_if": effects(plan, tries),
    }  # fmt: skip


def group_names(city: City) -> dict[str, dict[str, str]]:
    """The names of units, roles and positions of the city in both languages."""
    engine = open_engine(_settings(city.database), scratch=True)
    try:
        return {row.group_id: {"zh_CN": row.name_zh, "en": row.name_en} for row in engine.queries.list_groups()}
    finally:
        engine.close()


def element_words(models: Sequence[Mapping[str, bytes]]) -> dict[str, dict[str, str]]:
    """The names of elements in both languages, out of the models' messages; the first model's count."""
    words: dict[str, dict[str, str]] = {}
    for files in models:
        found: dict[str, dict[str, str]] = {}
        for language, name in (("zh_CN", "messages_zh.json"), ("en", "messages_en.json")):
            for element, text in orjson.loads(files.get(name, b"{}")).get("elements", {}).items():
                found.setdefault(element, {})[language] = str(text)
        words = {**found, **words}
    return words


# ---- inside


def _size(plan: Plan, wish: Wish) -> int:
    """Cases of one season: as the plan says, but no more than are wished for."""
    return min(plan.cases_per_season, wish.cases)


def _tried(plan: Plan, wish: Wish) -> Sequence[str]:
    return [] if not wish.what_if_cases else plan.what_if if wish.what_if is None else wish.what_if


def _arms(plans: Sequence[Plan], wish: Wish) -> list[Arm]:
    """Everything that is played, the plan itself first."""
    size = _size(plans[0], wish)
    seasons = -(-wish.cases // size)
    arms = [Arm(("plan",), plans[0], seasons), *(Arm(("against",), plan, seasons) for plan in plans[1:])]
    tries = min(seasons, -(-wish.what_if_cases // size))
    for team in _tried(plans[0], wish):
        arms += [Arm(("try", team, more), plans[0].with_crews(team, more), tries) for more in (1, -1)]
    return arms


def _job(plan: Plan, wish: Wish, key: Key, season: int) -> _Job:
    document, file = (wish.document, wish.file)
    if key[0] == "against" and wish.against is not None:
        document, file = wish.against
    document = {**document, "season": {**document.get("season", {}), "cases": _size(plan, wish)}}
    if key[0] == "try":
        return _Job(document, file, season, str(key[1]), int(key[2]))
    return _Job(document, file, season, keep=wish.keep if key[0] == "plan" else None)


@contextmanager
def _players(city: City, wish: Wish, most: int) -> Iterator[Callable[[Sequence[_Job]], Iterator[Seen]]]:
    """What plays seasons, in their order: here, or in processes of their own, which stay for all rounds."""
    play = partial(_play, city, wish.seed)
    processes = min(wish.processes, most)
    if processes <= 1:
        yield lambda jobs: map(play, jobs)
        return
    # Spawned, not forked: a copy of a process that has threads and open databases would hold them half-way.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield lambda jobs: pool.map(play, jobs)


def _play(city: City, seed: int, job: _Job) -> Seen:
    """One season on a copy of the city."""
    with tempfile.TemporaryDirectory(prefix="liandong-season-") as folder:
        path = Path(folder) / f"season-{job.season}.sqlite3"
        shutil.copyfile(city.database, path)
        clock = VirtualClock(datetime.fromisoformat(job.document["start_at"]))
        engine = open_engine(_settings(path), clock=clock, scratch=True)
        try:
            plan = plan_in(engine, job.document, job.file)
            if job.team is not None:
                plan = plan.with_crews(job.team, job.more)
            forms = Forms(plan, _schemas(city))
            seen = Season(engine, clock, plan, forms, Luck(seed, job.season)).play()
        finally:
            engine.close()
        if job.keep is not None:
            job.keep.mkdir(parents=True, exist_ok=True)
            os.replace(shutil.copyfile(path, job.keep / f".{path.name}"), job.keep / path.name)
        return seen


def _schemas(city: City) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for files in reversed(city.models):
        found |= read_schemas(files)
    return found


def plan_in(engine: Engine, document: Document, file: str) -> Plan:
    """The plan with the hours of the city of this engine. Raises PlanError."""
    queries = engine.queries.organisation
    begins = engine.clock.now()
    with suppress(ValueError):  # said with its place when the field is read
        begins = datetime.fromisoformat(str(document.get("start_at")))

    def roster(group: str) -> list[tuple[str, datetime, datetime]]:
        if begins.tzinfo is None:
            return []
        rows = queries.list_shifts(begins, begins + timedelta(days=_ROSTER_DAYS), group)
        return [(row.person_id, row.from_at, row.until_at) for row in rows]

    return plan_from(document, file, queries.working_calendar(), roster)


def _settings(path: Path) -> Settings:
    return replace(Settings(), database_url=f"sqlite:///{path}", pool_size=2, step_budget=100_000)
