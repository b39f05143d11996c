"""Rules of DESIGN: who may import what, where time and chance may come from, where a transaction ends.

The order of the layers is checked by import-linter (``make lint``).
"""

from __future__ import annotations

import sys

import pytest

from tests.house.tree import modules

# library → the only folders of the product that import it
OWNERS = {
    "SpiffWorkflow": ("workflow_engine/bpmn/",),
    "sqlalchemy": ("workflow_engine/storage/", "workflow_engine/queries/"),
    "alembic": ("workflow_engine/storage/",),
    "psycopg": ("workflow_engine/storage/", "workflow_engine/workers/"),
    "apscheduler": ("workflow_engine/workers/",),
    "procrastinate": ("workflow_engine/workers/", "workflow_engine/storage/"),
    "pydantic_monty": ("workflow_engine/bpmn/",),
    "flask": ("web/",),
    "werkzeug": ("web/",),
    "click": ("workflow_engine/cli/",),
    "shapely": ("workflow_engine/interchange/",),
    "rich": ("workflow_engine/cli/",),
}
# Rooms whose results follow from the command alone: no clock, no chance, no network, no files of their own.
PURE_ROOMS = tuple(f"workflow_engine/{room}" for room in ("domain", "bpmn", "handlers", "feel", "audit", "interchange"))
SURPRISES = (
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "uuid1", "uuid4", "uuid7", "uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "os.urandom", "urandom",
    "new_id", "new_seed", "SystemClock",
)
CHANCE_MODULES = ("random", "secrets")
# The one clock of the real world is handed in from outside; it stands beside the virtual one.
CLOCK = "workflow_engine/domain/clock.py"
COMMITTERS = ("workflow_engine/engine.py", "workflow_engine/storage/")


@pytest.mark.parametrize("library", OWNERS)
def test_library_is_imported_only_by_its_owner(library: str) -> None:
    found = [
        f"{module.name}:{line}"
        for module in modules("workflow_engine", "web")
        for line, imported in module.imports
        if imported.split(".")[0] == library and not module.name.startswith(OWNERS[library])
    ]
    assert found == []


def test_domain_imports_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "workflow_engine"}
    found = [
        f"{module.name}:{line}: {imported}"
        for module in modules("workflow_engine/domain")
        for line, imported in module.imports
        if imported.split(".")[0] not in allowed
        or (imported.startswith("workflow_engine") and not imported.startswith("workflow_engine.domain"))
    ]
    assert found == []


def test_pure_rooms_ask_neither_clock_nor_chance() -> None:
    found = [
        f"{module.name}:{line}: {called}"
        for module in modules(*PURE_ROOMS)
        if module.name != CLOCK
        for line, called in module.calls
        if called.endswith(tuple(f".{surprise}" for surprise in SURPRISES)) or called in SURPRISES
    ]
    found += [
        f"{module.name}:{line}: import {imported}"
        for module in modules(*PURE_ROOMS)
        if module.name != CLOCK
        for line, imported in module.imports
        if imported in CHANCE_MODULES
    ]
    assert found == []


def test_only_the_engine_commits() -> None:
    found = [
        f"{module.name}:{line}: {called}"
        for module in modules("workflow_engine", "web")
        if not module.name.startswith(COMMITTERS)
        for line, called in module.calls
        if called.endswith(".commit") and not called.endswith("commitments.commit")
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    found = [module.name for module in modules("workflow_engine", "web") if not module.says_what_it_is_for]
    assert found == []
