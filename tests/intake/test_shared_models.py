"""The models beside the repository: exactly those that cannot run are refused, each with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import SHARED
from workflow_engine.bpmn.intake import read_model_here

CONFORMANCE = SHARED / "conformance"
SPIFF = sorted((CONFORMANCE / "spiff_cases" / "cases").glob("*/*.bpmn"))
VENDORS = sorted(path for path in (CONFORMANCE / "engine_tests").glob("*/models/*") if path.is_file())
LEFT_FOR_LATER = {"compensation", "ad_hoc", "complex_gateway", "inclusive_in_loop", "instantiating", "global_task"}

pytestmark = pytest.mark.skipif(not CONFORMANCE.is_dir(), reason="the folder shared/conformance is missing")


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", SPIFF, ids=name_of)
def test_case_model_is_refused_only_where_it_may_be(path: Path) -> None:
    case = json.loads(path.with_suffix(".json").read_text("utf-8"))

    found = read_model_here(path.read_bytes(), path.name, known_processes=())

    if case["expect"].get("status") == "refused":
        assert found.errors
        assert all(problem.element_id and problem.mend for problem in found.errors)
    elif not case["may_refuse"]:
        assert found.ok, [str(problem) for problem in found.errors]
    elif not found.ok:
        assert {problem.code for problem in found.errors} & (LEFT_FOR_LATER | {"timer_text"})


@pytest.mark.parametrize("path", VENDORS, ids=name_of)
def test_vendor_model_loads_unchanged(path: Path) -> None:
    found = read_model_here(path.read_bytes(), path.name)

    assert {problem.code for problem in found.errors} <= LEFT_FOR_LATER
