"""What all tests share: databases, the browser, free ports and the reference files beside the repository."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.browser import ARGUMENTS, find_chromium
from tests.support.postgres import PostgresServer, PostgresUnavailableError, shared_server, stop_shared_server
from tests.support.shared_parts import share_parts
from workflow_engine import upgrade_database

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
RUN_FOLDER_VARIABLE = "LIANDONG_TEST_RUN_FOLDER"

# No test is timed, and every example comes again on the next run.
settings.register_profile(
    "liandong", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("liandong")


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the workers makes the folder that all of them share."""
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="liandong-tests-")
    share_parts(Path(os.environ[RUN_FOLDER_VARIABLE]))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the workers share, once all of them have ended."""
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ.pop(RUN_FOLDER_VARIABLE))
        stop_shared_server(folder)
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on PostgreSQL, so that ``-m 'not postgres'`` leaves it out."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        named = (callspec.params if callspec else {}).values()
        if "postgres_server" in getattr(item, "fixturenames", ()) or "postgresql" in named:
            item.add_marker(pytest.mark.postgres)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: have no garbage collection of any test go through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference files beside the repository; skips where they are missing."""
    if not SHARED.is_dir():
        pytest.skip("the folder shared/ beside the repository is missing")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    """The PostgreSQL of this test run; skips, with the reason, where none can be had."""
    try:
        return shared_server(Path(os.environ[RUN_FOLDER_VARIABLE]))
    except PostgresUnavailableError as problem:
        pytest.skip(f"PostgreSQL is not available: {problem}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with this build's schema, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    upgrade_database(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A PostgreSQL database with this build's schema, made once and copied for each test."""
    name = postgres_server.create_database()
    upgrade_database(postgres_server.url(name))
    return name


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a new SQLite database file with this build's schema."""
    path = tmp_path / "liandong.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The URL of a new PostgreSQL database with this build's schema; dropped after the test."""
    yield from _postgres_url(postgres_server, postgres_template)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'liandong.sqlite3'}"


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database; dropped after the test."""
    yield from _postgres_url(postgres_server, "template1")


def _postgres_url(server: PostgresServer, template: str) -> Iterator[str]:
    name = server.create_database(template=template)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new, empty database: each test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue("empty_sqlite_url" if request.param == "sqlite" else "empty_postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database with this build's schema: each test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Chromium; skips where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here; as root: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A headless Chromium for this worker."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh browser profile, as wide as a desktop."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()
