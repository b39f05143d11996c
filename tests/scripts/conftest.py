"""One sandbox for the script tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from workflow_engine.bpmn.scripts import ScriptContext, ScriptSandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[ScriptSandbox]:
    with ScriptSandbox() as made:
        yield made


@pytest.fixture(scope="session")
def context() -> ScriptContext:
    return ScriptContext(now=datetime(2030, 1, 31, 12, tzinfo=UTC), seed=7)
