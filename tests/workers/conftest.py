"""What tests of workers share: an engine over each database, a clock that stands still, a real server outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.house import House
from tests.workers.http_server import Outside, running_server
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.clock import VirtualClock
from workflow_engine.engine import Engine
from workflow_engine.settings import Settings


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A real HTTP server of the outside."""
    with running_server() as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    """Stands still until a test moves it."""
    return VirtualClock(datetime(2026, 5, 12, 6, 0, tzinfo=UTC))


@pytest.fixture
def engine(database_url: str, clock: VirtualClock) -> Iterator[Engine]:
    """An engine over a new database."""
    opened = open_engine(Settings(database_url=database_url), clock=clock, migrate=True)
    yield opened
    opened.close()


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """An engine with short words for the usual steps."""
    made = House(database_url)
    yield made
    made.close()
