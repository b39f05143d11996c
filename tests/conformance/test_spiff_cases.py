"""The 214 BPMN cases: every one right, or refused at upload with the reason; in memory and cold before every step."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.conftest import SHARED

FOLDER = SHARED / "conformance" / "spiff_cases"
if not FOLDER.is_dir():
    pytest.skip("the conformance cases are not beside this checkout", allow_module_level=True)
sys.path.insert(0, str(FOLDER))

import run_cases  # noqa: E402  # lies in the folder just added

from tests.conformance.spiff_adapter import Case, LiandongAdapter  # noqa: E402

CASES = list(run_cases.load_cases())
NAMES = [f"{case['group']}/{case['name']}" for case in CASES]


class Keeping(LiandongAdapter):
    """Keeps the case it ran, for a look at its record."""

    ran: Case | None = None

    def load(self, xml: bytes, process_id: str = "p", clock: str = "2030-01-01T00:00:00+00:00") -> Case:
        self.ran = super().load(xml, process_id, clock)
        return self.ran


def picture(case: Case | None) -> Any:
    """Everything that was recorded and stored of a case."""
    if case is None:
        return None
    events = [json.dumps([event.body(), event.values()], sort_keys=True) for event in case.events]
    return events, sorted(case.rows.values()), case.header


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_spiff_case_hot_and_cold(case: dict[str, Any]) -> None:
    verdicts, pictures = [], []
    for cold in (False, True):
        adapter = Keeping()
        verdict, reasons, _ = run_cases.run_case(adapter, case, cold)
        assert verdict in ("PASS", "REFUSED"), reasons
        verdicts.append(verdict)
        pictures.append(picture(adapter.ran))
    assert verdicts[0] == verdicts[1]
    assert pictures[0] == pictures[1], "a case that was restored before every step must leave the same record"


def test_spiff_cases_right_at_least_195() -> None:
    verdicts = [run_cases.run_case(LiandongAdapter(), case)[0] for case in CASES]
    assert verdicts.count("PASS") >= 195
