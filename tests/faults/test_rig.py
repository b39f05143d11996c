"""The rig checked: planted bugs are found within a few kills, and the checker is a stranger to the product."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checker import check
from tests.faults.checker_record import canonical
from tests.faults.figures import FIGURES, Figures
from tests.faults.planted import BUGS
from tests.faults.processes import ROOT, Nursery
from tests.faults.rig import Rig, Site
from tests.faults.test_kills import COMMAND_POINTS

MOST_KILLS = 40
_CLOCK_BUG_POINTS = ("after_commit", "before_begin", "before_commit")
"""The clock acts once in each life, at its beginning: a bug of its own shows to kills at that time only."""


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bug_is_found_within_a_few_kills(site: Site, bug: str) -> None:
    chance = random.Random(bug)
    rig = Rig(site, seed=chance.randrange(2**32), figures=Figures(), planted=bug)
    points: list[str] = []
    while not rig.violations and rig.kills < MOST_KILLS:
        points = points or chance.sample(COMMAND_POINTS, len(COMMAND_POINTS))
        if bug == "timer_without_due_key" and rig.kills % 2 == 0:
            rig.kill_at(f"{chance.choice(_CLOCK_BUG_POINTS)}:{chance.randint(2, 3)}:kill")
        else:
            rig.kill_at(f"{points.pop()}:{chance.randint(12, 25)}:kill")
    assert rig.violations, f"{bug} went unnoticed through {rig.kills} kills"
    FIGURES.planted[f"{bug} ({'SQLite' if site.is_sqlite else 'PostgreSQL'})"] = rig.kills


def test_checker_imports_nothing_of_the_product() -> None:
    code = "import sys, tests.faults.checker; print(*{name.split('.')[0] for name in sys.modules})"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"workflow_engine", "web", "sqlalchemy", "orjson", "rfc8785"}.isdisjoint(answer.stdout.split())


def test_checker_runs_by_itself(site: Site) -> None:
    rig = Rig(site, seed=1, figures=Figures())
    rig.kill_at("after_commit:9:kill")
    assert rig.finish().violations == []
    command = [sys.executable, "-m", "tests.faults.checker", site.url, str(site.folder / "ledger.jsonl")]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("head", "UPDATE process_instance SET version = version + 1"),
        ("head", "UPDATE process_instance SET chain_head = '00'"),
        ("chain", "UPDATE audit_entry SET hash = 'ff' WHERE seq = 2"),
        ("chain", "UPDATE audit_entry SET actor = 'user:x' WHERE seq = 3"),
        ("chain", "DELETE FROM audit_entry WHERE seq = 2 AND stream_id IN (SELECT case_id FROM process_instance)"),
        ("lost", "DELETE FROM audit_entry WHERE seq = 2 AND stream_id IN (SELECT case_id FROM process_instance)"),
        ("values", "UPDATE entry_payload SET content = '{}'"),
        ("values", "DELETE FROM entry_payload WHERE seq = 2"),
        ("command", "DELETE FROM command"),
        ("case", "UPDATE process_instance SET state = 'suspended' WHERE state = 'active'"),
        ("task", "UPDATE user_task SET state = 'cancelled' WHERE state = 'ready'"),
        ("task", "DELETE FROM token WHERE token_id IN (SELECT token_id FROM user_task WHERE state = 'ready')"),
        ("lost", "UPDATE submission SET content = '{}'"),
        ("submission", "DELETE FROM submission"),
        ("offer", "UPDATE offer SET state = 'taken' WHERE state = 'open'"),
        ("timer", "UPDATE timer SET state = 'cancelled' WHERE state = 'fired'"),
        ("timer", "DELETE FROM timer WHERE state = 'fired'"),
        ("start timer", "UPDATE timer SET state = 'cancelled' WHERE state = 'fired' AND case_id IS NULL"),
        ("message", "UPDATE message SET case_id = 'nobody' WHERE state = 'correlated'"),
        ("message", "DELETE FROM message"),
        ("stuck", "DELETE FROM token"),
        ("outbox", "UPDATE outbox SET state = 'pending'"),
    ],
)
def test_damage_is_found(worked: tuple[Path, Path], tmp_path: Path, kind: str, damage: str) -> None:
    database, ledger = worked
    shutil.copy(database, tmp_path)
    connection = sqlite3.connect(tmp_path / database.name)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    assert connection.execute(damage).rowcount > 0
    connection.commit()
    connection.close()
    report = check(f"sqlite:///{tmp_path / database.name}", ledger)
    assert kind in {violation.partition(":")[0] for violation in report.violations}


@pytest.fixture(scope="module")
def worked(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, nursery: Nursery
) -> tuple[Path, Path]:
    """A database after some work that ended in order, and the ledger of who worked on it."""
    folder = tmp_path_factory.mktemp("worked")
    path = folder / "liandong.sqlite3"
    shutil.copy(sqlite_template, path)
    site = Site(f"sqlite:///{path}", folder, nursery, str)
    rig = Rig(site, seed=4, figures=Figures())
    for _ in range(2):
        rig.kill_at("before_commit:60:kill")
    assert rig.finish().violations == []
    site.close()
    return path, folder / "ledger.jsonl"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (-0.0, "0"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-7, "1e-7"),
        (0.000001, "0.000001"), (123.456, "123.456"), (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (-12.5, "-12.5"), (0.1, "0.1"), (1.5e300, "1.5e+300"),
        ({"b": 1, "a": [True, None, "é\n\u0001"]}, '{"a":[true,null,"é\\n\\u0001"],"b":1}'),
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'),
    ],
)  # fmt: skip
def test_canonical_json_is_that_of_the_standard(value: Any, text: str) -> None:
    assert canonical(value) == text


