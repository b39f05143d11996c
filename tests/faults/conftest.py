"""A nursery of workers, databases ready to be broken, and the figures at the end."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.conftest import RUN_FOLDER_VARIABLE
from tests.faults.figures import FIGURES
from tests.faults.preparing import prepare
from tests.faults.processes import Nursery
from tests.faults.rig import Site
from tests.support.postgres import PostgresServer

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a fault test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of this process; under xdist the workers have them, and nothing is printed."""
    if FIGURES.kills:
        terminalreporter.section("faults")
        for line in FIGURES.lines():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Starts worker processes."""
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


def _made_once(name: str, make: Callable[[], str]) -> str:
    """What ``make`` returned to the first test process of this run that asked."""
    folder = Path(os.environ[RUN_FOLDER_VARIABLE])
    with (folder / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        answer = folder / f"{name}.made"
        if not answer.exists():
            answer.write_text(make(), encoding="utf-8")
        return answer.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A file with every process released, to be copied."""

    def make() -> str:
        path = Path(os.environ[RUN_FOLDER_VARIABLE]) / "liandong.sqlite3"
        prepare(f"sqlite:///{path}")
        return str(path)

    return Path(_made_once("faults-sqlite", make))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A database with every process released, to be copied."""

    def make() -> str:
        name = postgres_server.create_database()
        prepare(postgres_server.url(name))
        return name

    return _made_once("faults-postgres", make)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> Iterator[Site]:
    """A new database with every process released: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield from _sqlite_site(request.getfixturevalue("sqlite_template"), tmp_path, nursery)
    else:
        request.node.add_marker(pytest.mark.postgres)
        server = request.getfixturevalue("postgres_server")
        yield from _postgres_site(server, request.getfixturevalue("postgres_template"), tmp_path, nursery)


@pytest.fixture
def sqlite_site(sqlite_template: Path, tmp_path: Path, nursery: Nursery) -> Iterator[Site]:
    """The same on SQLite only."""
    yield from _sqlite_site(sqlite_template, tmp_path, nursery)


def _sqlite_site(template: Path, folder: Path, nursery: Nursery) -> Iterator[Site]:
    path = folder / template.name
    shutil.copy(template, path)

    def copy(name: str) -> str:
        (folder / name).mkdir()
        for part in folder.glob(f"{path.name}*"):
            shutil.copy(part, folder / name)
        return f"sqlite:///{folder / name / path.name}"

    made = Site(f"sqlite:///{path}", folder, nursery, copy)
    yield made
    made.close()


def _postgres_site(server: PostgresServer, template: str, folder: Path, nursery: Nursery) -> Iterator[Site]:
    names = [server.create_database(template)]

    def copy(_name: str) -> str:
        for _ in range(200):  # The server may not have noticed yet that its clients are dead.
            with suppress(psycopg.errors.ObjectInUse):
                names.append(server.create_database(names[0]))
                return server.url(names[-1])
            time.sleep(0.05)
        raise AssertionError("somebody is still connected to the database")

    made = Site(server.url(names[0]), folder, nursery, copy)
    yield made
    made.close()
    for name in names:
        server.drop_database(name)
