"""The same city with exercises and without, asked everything: what differs says that it is an exercise, or is a leak.

No list of pages or figures stands here: every address the application has is asked, as a visitor and as an
administrator, and those with an id in them by every id that exercises brought.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections import Counter as Counted
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, text

from tests.processes.conftest import PROCESS
from tests.web.api_kit import Program
from tests.web.conftest import TOKEN, Visitor
from web.app import create_app
from workflow_engine import Engine, Settings, VirtualClock, open_engine
from workflow_engine.demo.load import release_process
from workflow_engine.rehearsal import Scenario, read_scenario, run_scenario
from workflow_engine.workers.hot_spots import HotSpotFinder
from workflow_engine.workers.indicators import Counter
from workflow_engine.workers.paths import PathReader
from workflow_engine.workers.sequencer import Sequencer
from workflow_engine.workers.supervision import Supervisor

BEFORE, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 3, 1, 0, tzinfo=UTC)
PLAYED = (
    "hotline_request/main_path", "public_participation/main_path", "resource_allocation/whole_way",
    "emergency_response/gas_leak",
)  # fmt: skip
REAL = PLAYED[:3]
MOST_OF_EACH, ENOUGH = 12, 1
OF_THE_RECORD = {"/audit/checkpoints"}
"""Tells how long the record is, which is one for all."""
PART = re.compile(r"<(?:([^:>]+):)?([^>]+)>")
MARKS = re.compile(
    r'banner drill|paper-exercise|exercise-band|drills-among|"exercise": ?true|<status>Exercise<'
    r"|<span class=.chip[^>]*>(<svg.*?</svg>)?\s*(Exercise|演练)\s*<",
    re.DOTALL,
)
NONCES = re.compile(
    r'name="(csrf_token|command_id|code)" value="[^"]*"|csrf-token" content="[^"]*"|"X-CSRF[^}]*|[0-9a-f]{32}'
    r'|^liandong_(http|commands)_.*\n|^liandong_[^\n]*exercise="yes".*\n'
    r"|\d+ (entries in the log|of \d+ entries of the record)",
    re.MULTILINE,
)
"""What differs from one answer to the next, what counts answers, figures under a label of their own, and how long the
record is, which is one for all."""


@dataclass
class Asked:
    """One city with its application."""

    engine: Engine
    app: Flask
    path: Path

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All of a table, in some order of their own."""
        reading = create_engine(f"sqlite:///{self.path}")
        with reading.connect() as connection:
            found = connection.execute(text(f"SELECT * FROM {table}")).all()
        reading.dispose()
        return sorted((tuple(row) for row in found), key=repr)

    def known(self) -> dict[str, set[str]]:
        """Every value of every column whose name an address might use."""
        found: dict[str, set[str]] = {}
        reading = create_engine(f"sqlite:///{self.path}")
        with reading.connect() as connection:
            for table in inspect(connection).get_table_names():
                for column in inspect(connection).get_columns(table):
                    name = str(column["name"])
                    if name.endswith("_id") or name in ("tracking_number", "business_key", "number"):
                        rows = connection.execute(text(f'SELECT DISTINCT "{name}" FROM "{table}"')).scalars()
                        found.setdefault(name, set()).update(str(one) for one in rows if one is not None)
        reading.dispose()
        return found


def as_exercise(scenario: Scenario) -> Scenario:
    start: dict[str, Any] = dict(scenario.start)
    if "service_request" in start:
        start["service_request"] = {**start["service_request"], "exercise": True}
    elif "alert" in start:
        start["exercise"] = True
    else:
        start["variables"] = {**start.get("variables", {}), "exercise": True}
    return replace(scenario, start=start)


def play(path: Path, name: str, *, exercise: bool) -> None:
    folder, _, stem = name.partition("/")
    scenario = read_scenario(PROCESS.parent / folder / "scenarios" / f"{stem}.json")
    settings = Settings(database_url=f"sqlite:///{path}")
    result = run_scenario(
        lambda clock: open_engine(settings, clock=clock), as_exercise(scenario) if exercise else scenario
    )
    assert len(result.lines) > 3, result


@contextmanager
def opened(path: Path) -> Iterator[Asked]:
    settings = Settings(database_url=f"sqlite:///{path}", demo=True)
    engine = open_engine(settings, clock=VirtualClock(NOW))
    for counting in (Sequencer(engine, 0.0), Counter(engine), PathReader(engine), HotSpotFinder(engine)):
        while counting.run_once():
            pass
    Supervisor(engine).run_once()
    app = create_app(engine, settings)
    try:
        yield Asked(engine, app, path)
    finally:
        app.session_interface.store.close()  # type: ignore[attr-defined]
        engine.close()


@pytest.fixture(scope="module")
def cities(hotline_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asked, Asked]]:
    """Without exercises, and the same with them."""
    folder = tmp_path_factory.mktemp("beside")
    plain = Path(shutil.copy(hotline_city, folder / "plain.sqlite3"))
    engine = open_engine(Settings(database_url=f"sqlite:///{plain}"), clock=VirtualClock(BEFORE))
    for name in ("public_participation", "resource_allocation", "indicator_publication"):
        release_process(engine, PROCESS.with_name(name))
    engine.close()
    for name in REAL:
        play(plain, name, exercise=False)
    drilled = Path(shutil.copy(plain, folder / "drilled.sqlite3"))
    for name in PLAYED:
        play(drilled, name, exercise=True)
    with opened(plain) as one, opened(drilled) as other:
        yield one, other


def rules(app: Flask) -> list[str]:
    return sorted(
        rule.rule for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not rule.rule.startswith("/static/") and rule.rule != "/live"
    )  # fmt: skip


def read(visitor: Visitor, path: str, headers: dict[str, str] | None = None) -> str:
    """Status, type, what the headers tell of a file and an exercise, and the words."""
    answer = visitor.client.get(path, headers=headers if path.startswith("/api/") else None)
    told = [answer.headers.get(name, "") for name in ("Content-Disposition", "Location", "Liandong-Exercise")]
    words = answer.get_data(as_text=True)
    answer.close()
    return f"{answer.status_code} {answer.mimetype} {told}\n{words}"


def is_marked(found: str) -> bool:
    """A page in words that one sees; a part of one, a list, a file at least by its header."""
    return bool(MARKS.search(found)) or ("<html" not in found and "'true']" in found.partition("\n")[0])


def bare(words: str) -> str:
    return NONCES.sub("", words)


def differing(city: Asked, other: Asked) -> dict[str, list[str]]:
    """By column, what is known here and not there: a few of each."""
    here, there = city.known(), other.known()
    found = {name: _spread(sorted(values - there.get(name, set()))) for name, values in here.items()}
    return {**found, "task_id": found["user_task_id"], "number": ["1"], "language": ["zh-CN"], "form": ["json"]}


def _spread(values: list[str]) -> list[str]:
    return values[:: max(1, len(values) // MOST_OF_EACH)][:MOST_OF_EACH]


def addresses(app: Flask, ids: dict[str, list[str]]) -> Iterator[list[str]]:
    """By route with an id in it: the addresses it makes of these; none where exercises brought nothing of the kind."""
    for rule in rules(app):
        names = PART.findall(rule)
        if any(name in ids for kind, name in names if not kind.startswith("any(")):
            yield list(_filled(rule, names, ids))


def _filled(rule: str, names: list[tuple[str, str]], ids: dict[str, list[str]]) -> Iterator[str]:
    if not names:
        yield rule
        return
    (kind, name), rest = names[0], names[1:]
    values = [kind[4:].split(",")[0].strip(" ()'")] if kind.startswith("any(") else ids.get(name, [])
    for value in values:
        yield from _filled(PART.sub(value.replace("\\", ""), rule, count=1), rest, ids)


@pytest.mark.parametrize("person", [None, "jiang_fan"])
def test_what_an_exercise_changes_says_that_it_is_one(cities: tuple[Asked, Asked], person: str | None) -> None:
    """What a visitor reads does not change at all."""
    plain, drilled = (Visitor(city.app, person) for city in cities)
    wrong = []
    for rule in rules(cities[1].app):
        if "<" in rule or rule in OF_THE_RECORD:
            continue
        beside = read(drilled, rule)
        if (person is None or not is_marked(beside)) and bare(beside) != bare(read(plain, rule)):
            wrong.append(rule)
    assert wrong == []


@pytest.mark.parametrize(("person", "least"), [(None, 0), ("jiang_fan", 40), ("lin_yue", 20)])
def test_what_tells_of_an_exercise_says_that_it_is_one(
    cities: tuple[Asked, Asked], person: str | None, least: int
) -> None:
    """A visitor finds nothing of it, whatever the id."""
    plain, drilled = cities
    ids, visitor = differing(drilled, plain), Visitor(drilled.app, person)
    nobody = {name: ["0" * 32 for _ in values] for name, values in ids.items()}
    headers = Program(drilled.app, drilled.engine, person).headers if person else None
    wrong, read_of = [], Counted()
    for known, unknown in zip(addresses(drilled.app, ids), addresses(drilled.app, nobody), strict=True):
        for address, nowhere in zip(known, unknown, strict=True):
            found = read(visitor, address, headers)
            assert not found.startswith("5"), address
            if not found.startswith("200"):
                continue
            read_of[known[0]] += 1
            told = person is None and bare(found) != bare(read(visitor, nowhere))
            if told or (person is not None and not is_marked(found)):
                wrong.append(address)
            if read_of[known[0]] == ENOUGH:
                break
    assert wrong == [] and len(read_of) >= least


def test_nothing_that_is_counted_counts_exercises(cities: tuple[Asked, Asked]) -> None:
    """All indicators by all units, hot spots, visits of steps and ways through processes, numbers of reports."""
    plain, drilled = cities
    for table in ("indicator_cell", "request_day", "hot_spot", "visit", "visit_day", "case_path"):
        here, there = (city.rows(table) for city in (plain, drilled))
        assert here == there and (here or table != "indicator_cell"), table


@pytest.mark.parametrize("form", ["csv", "xes", "ocel", "bundle"])
def test_file_of_an_exercise_says_so_in_its_name_and_in_itself(cities: tuple[Asked, Asked], form: str) -> None:
    plain, drilled = cities
    case_id = differing(drilled, plain)["case_id"][0]
    visitor = Visitor(drilled.app, "jiang_fan")
    visitor.get(f"/cases/{case_id}/proof")
    answer = visitor.client.post(
        f"/cases/{case_id}/export", data={"form": form, "csrf_token": TOKEN.search(visitor.page)[1]}  # type: ignore[index]
    )
    assert answer.status_code == 200
    assert "EXERCISE-%E6%BC%94%E7%BB%83-case-" in answer.headers["Content-Disposition"]
    content = answer.get_data()
    if form == "bundle":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert packed.read("README.txt").decode().startswith("EXERCISE 演练")
            content = packed.read("case.json")[:300]
    assert "EXERCISE 演练".encode() in content
