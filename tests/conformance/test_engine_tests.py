"""Other engines' own tests: a court service's processes, Camunda 7's and Flowable's; in memory and cold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance import court_steps, vendor_steps
from tests.conftest import SHARED
from workflow_engine.domain.errors import DefinitionError

FOLDER = SHARED / "conformance" / "engine_tests"
if not FOLDER.is_dir():
    pytest.skip("the engine tests are not beside this checkout", allow_module_level=True)

ANOTHER_CHOICE = {
    ("camunda", "testImplicitNonInterruptingEscalationBoundaryEvent"): (
        "BPMN 2.0.2, table 10.91: cancelActivity is true unless the model says otherwise; Camunda reads it as false."
    ),
    ("camunda", "testPropagateOutputVariablesWithoutCatchEscalation"): (
        "BPMN 2.0.2, 10.4.2: data leaves a called process when it completes; Camunda also maps it out when an "
        "escalation passes that nobody catches."
    ),
    ("flowable", "testMultipleMessageStartEvents"): (
        "BPMN 2.0.2, 13.2: a process that starts by message is started by a message; Flowable picks one of them."
    ),
}
REFUSED_BY_NAME = ("Compensation", "cannot be translated")


def cases(suite: str) -> list[Any]:
    found = json.loads((FOLDER / suite / "cases.json").read_text("utf-8"))
    return [pytest.param(suite, case, id=case["id"].rpartition("/")[2]) for case in found]


def models(suite: str) -> dict[str, bytes]:
    return {f"models/{path.name}": path.read_bytes() for path in (FOLDER / suite / "models").iterdir()}


def runner(suite: str) -> Callable[..., list[str]]:
    return court_steps.run if suite == "hmcts" else vendor_steps.run


@pytest.mark.parametrize(("suite", "case"), [*cases("hmcts"), *cases("camunda"), *cases("flowable")])
@pytest.mark.parametrize("cold", [False, True], ids=["hot", "cold"])
def test_engine_case(suite: str, case: dict[str, Any], cold: bool) -> None:
    name = case["id"].rpartition(".")[2]
    refusal = ""
    try:
        wrong = runner(suite)(case, models(suite), cold=cold)
    except DefinitionError as error:
        refusal, wrong = error.message, []
    assert suite != "hmcts" or not refusal, "the court service's models load unchanged"
    if refusal:
        assert any(reason in refusal for reason in REFUSED_BY_NAME), refusal
        return
    if (suite, name) in ANOTHER_CHOICE:
        assert wrong, f"listed as another choice, but it agrees: {ANOTHER_CHOICE[suite, name]}"
        return
    assert not wrong


@pytest.mark.parametrize(("suite", "least"), [("hmcts", 1.0), ("camunda", 0.96), ("flowable", 0.98)])
def test_engine_suite_right_share(suite: str, least: float) -> None:
    verdicts: Counter[str] = Counter()
    for param in cases(suite):
        try:
            verdicts["wrong" if runner(suite)(param.values[1], models(suite), cold=False) else "right"] += 1
        except DefinitionError:
            verdicts["refused"] += 1
    assert verdicts["right"] / verdicts.total() >= least, verdicts
