"""A nursery of workers, databases ready to be broken, and the figures at the end."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import models
from tests.faults.figures import FIGURES
from tests.faults.processes import Nursery
from tests.faults.rig import Site
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import DeployDefinition, ReleaseDefinition
from workflow_engine.settings import Settings

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


def _fill(url: str) -> None:
    """The schema, and every process released."""
    engine = open_engine(Settings(database_url=url), migrate=True)
    for name, content in models.ALL.items():
        deployed = engine.handle(
            DeployDefinition(command_id=new_id(), files={f"{name}.bpmn": content}), Actor("system:rig", is_system=True)
        )
        release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
        engine.handle(release, OPERATOR)
    engine.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every process released, to be copied."""
    path = tmp_path_factory.mktemp("template") / "liandong.sqlite3"
    _fill(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: object) -> str:
    """A database with every process released, to be copied."""
    from tests.support.postgres import PostgresServer

    assert isinstance(postgres_server, PostgresServer)
    name = postgres_server.create_database()
    _fill(postgres_server.url(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> Iterator[Site]:
    """A new database with every process released: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "liandong.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        made = Site(f"sqlite:///{path}", tmp_path, nursery)
        yield made
        made.close()
        return
    request.node.add_marker(pytest.mark.postgres)
    server = request.getfixturevalue("postgres_server")
    name = server.create_database(request.getfixturevalue("postgres_template"))
    made = Site(server.url(name), tmp_path, nursery)
    yield made
    made.close()
    server.drop_database(name)
