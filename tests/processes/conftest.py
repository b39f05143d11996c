"""Engines with the demo city and the released emergency process: made once, copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workflow_engine import Engine, Settings, open_engine
from workflow_engine.demo.load import load_demo, load_organisation, release_process
from workflow_engine.domain.clock import Clock, SystemClock, VirtualClock

PROCESS = Path(__file__).resolve().parents[2] / "processes" / "emergency_response"
EngineFactory = Callable[[Clock], Engine]


@pytest.fixture(scope="session")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with people and a released emergency process, and no case."""
    path = tmp_path_factory.mktemp("prepared") / "prepared.sqlite3"
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), migrate=True)
    load_organisation(engine)
    release_process(engine, PROCESS)
    engine.close()
    return path


@pytest.fixture
def database_path(prepared_database: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(prepared_database, tmp_path / "liandong.sqlite3"))


@pytest.fixture(scope="session")
def hotline_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with people, places, categories, the released hotline and emergency processes, and no case."""
    path = tmp_path_factory.mktemp("hotline") / "city.sqlite3"
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=clock, migrate=True)
    load_organisation(engine)
    for name in ("emergency_response", "hotline_request"):
        release_process(engine, PROCESS.with_name(name))
    engine.close()
    return path


@pytest.fixture
def hot_engines(database_path: Path) -> EngineFactory:
    """Engines that keep cases in memory between commands."""
    return lambda clock: open_engine(Settings(database_url=f"sqlite:///{database_path}"), clock=clock)


@pytest.fixture
def cold_engines(database_path: Path) -> EngineFactory:
    """Engines that load a case from its rows for every command."""
    return lambda clock: open_engine(Settings(database_url=f"sqlite:///{database_path}", hot_cases=0), clock=clock)


@pytest.fixture(scope="session")
def prepared_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database and the files of a demo."""
    folder = tmp_path_factory.mktemp("demo")
    engine = _open_demo(folder, migrate=True)
    load_demo(engine)
    engine.close()
    return folder


@pytest.fixture
def demo_engine(prepared_demo: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine over a copy of it."""
    engine = _open_demo(shutil.copytree(prepared_demo, tmp_path / "demo"))
    yield engine
    engine.close()


def _open_demo(folder: Path, *, migrate: bool = False) -> Engine:
    settings = Settings(database_url=f"sqlite:///{folder / 'demo.sqlite3'}", files_folder=folder / "files")
    return open_engine(settings, clock=SystemClock(), migrate=migrate)
