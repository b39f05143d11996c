"""Reading and playing scenarios: what is wrong is said, and nothing is taken for granted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.processes.conftest import PROCESS, EngineFactory
from tests.support.house import ADMIN, SECOND, model_xml
from tests.support.requesting import DUE, MODEL
from workflow_engine import Clock, DeployDefinition, Engine, ReleaseDefinition, new_id
from workflow_engine.rehearsal import ScenarioError, ScenarioResult, read_scenario, read_script, run_scenario

ALERT = str(PROCESS / "alerts/gas_leak.xml")
VERIFY = {"do": "verify", "as": "lin.yue", "form": {"verify_result": "real", "kind": "accident", "hazard": "gas"}}


def _write(folder: Path, **said: Any) -> Path:
    path = folder / "scenario.json"
    data = {"start_at": "2026-07-01T08:00:00Z", "start": {"alert": ALERT}, "steps": [], **said}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def _play(engines: EngineFactory, folder: Path, *steps: dict[str, Any]) -> ScenarioResult:
    return run_scenario(engines, read_scenario(_write(folder, steps=list(steps))))


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"steps": [{"jump": "PT1H"}]}, "step 1"),
        ({"steps": [{"do": "verify", "advance": "PT1H"}]}, "step 1"),
        ({"steps": [{"do": "verify", "who": "me"}]}, "who"),
        ({"steps": [{"expect": {"colour": "red"}}]}, "colour"),
        ({"steps": "none"}, "list of steps"),
        ({"start_at": "2026-07-01 08:00"}, "start_at"),
        ({"start": {"allert": "x"}}, "allert"),
        ({"steps": [{"advance": "PT1H", "at": "soon"}]}, "step 1"),
        ({"steps": [{"advance": "PT1H", "at": "-PT1H"}]}, "without the sign"),
        ({"steps": [{"do": "verify", "told": "x"}]}, "told"),
    ],
)
def test_scenario_that_cannot_be_read_says_where(said: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        read_scenario(_write(tmp_path, **said))


def test_scenario_that_is_no_json_says_so(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"broken\.json"):
        read_scenario(path)


def test_unmet_expectations_are_all_told(hot_engines: EngineFactory, tmp_path: Path) -> None:
    expected = {
        "state": "completed", "open": ["activate"], "waiting": ["handling"], "offered": {"verify": ["role:mayor"]},
        "due": {"verify": "2026-07-01T09:00:00Z"}, "timers": {"verify_overdue": None},
        "variables": {"severity": "Extreme"}, "passed": ["grading"],
        "not_passed": ["register"], "incidents": 1, "exercise": True, "title": "x",
    }  # fmt: skip
    result = _play(hot_engines, tmp_path, {"expect": expected})
    assert len(result.findings) == len(expected)
    assert not result.ok


def test_step_that_cannot_be_done_ends_the_scenario_and_says_what_is_open(
    hot_engines: EngineFactory, tmp_path: Path
) -> None:
    result = _play(hot_engines, tmp_path, {"do": "activate", "as": "role:commander"}, VERIFY)
    (finding,) = result.findings
    assert "activate" in finding and "verify" in finding
    assert len(result.lines) == 1


def test_refusal_that_does_not_come_is_a_finding(hot_engines: EngineFactory, tmp_path: Path) -> None:
    result = _play(hot_engines, tmp_path, {**VERIFY, "refused": "not_permitted"})
    assert "accepted" in result.findings[0]


def test_unexpected_refusal_ends_the_scenario(hot_engines: EngineFactory, tmp_path: Path) -> None:
    result = _play(hot_engines, tmp_path, {**VERIFY, "as": "ma.xiao"}, VERIFY)
    assert len(result.findings) == 1


def test_timers_fire_at_their_own_instants(hot_engines: EngineFactory, tmp_path: Path) -> None:
    result = _play(hot_engines, tmp_path, {"advance": "PT3H"})
    fired = [f"{line.at:%H:%M}" for line in result.lines if line.actor_id == "system:clock"]
    assert fired == ["08:10"]


def test_step_with_a_time_waits_for_it_and_timers_fire_on_the_way(hot_engines: EngineFactory, tmp_path: Path) -> None:
    late = [
        {**VERIFY, "do": "verify_by_deputy", "as": "role:duty_deputy", "at": "PT25M"},
        {"advance": "PT5M"},
        {"signal": "weather.changed", "at": "PT30M"},
    ]
    result = _play(hot_engines, tmp_path, *late)
    assert result.ok, str(result)
    told = [f"{line.at:%H:%M} {line.actor_id}" for line in result.lines]
    assert told[-3:] == ["08:10 system:clock", "08:25 user:zhao_ming", "08:30 system:operator"]
    past = _play(hot_engines, tmp_path, {"advance": "PT30M"}, {**VERIFY, "at": "PT25M"})
    assert "08:30:00Z already" in past.findings[0]


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ([{**VERIFY, "at": "PT1M"}], "verify"),
        ([{"message": "x"}], "step 1"),
        ([{"message": "x", "at": "PT2M", "told": "say it"}, {"signal": "y", "at": "PT1M"}], "step 2"),
    ],
)
def test_script_of_injects_is_refused_where_it_is_none(
    steps: list[dict[str, Any]], complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        read_script(_write(tmp_path, steps=steps))


def test_task_taken_by_one_is_refused_to_another_until_given_back(hot_engines: EngineFactory, tmp_path: Path) -> None:
    result = _play(
        hot_engines, tmp_path,
        {"claim": "verify", "as": "lin.yue"},
        {**VERIFY, "as": "he.peng", "refused": "not_permitted"},
        {"release": "verify", "as": "lin.yue"},
        {**VERIFY, "as": "he.peng"},
        {"expect": {"passed": ["grading"], "incidents": 0}},
    )  # fmt: skip
    assert result.ok, str(result)


def test_case_may_start_without_an_alert(hot_engines: EngineFactory, tmp_path: Path) -> None:
    start = {"variables": {"headline": "电话报告"}, "title": "电话报告"}
    steps = [{"do": "verify", "as": "he.peng", "form": {"verify_result": "real"}},
             {"expect": {"title": "电话报告", "variables": {"level.roman": "IV"}, "incidents": 0}}]  # fmt: skip
    result = run_scenario(hot_engines, read_scenario(_write(tmp_path, start=start, steps=steps)))
    assert result.ok, str(result)


def test_reports_are_made_acted_on_and_expected_in_scenarios(hot_engines: EngineFactory, tmp_path: Path) -> None:
    """What people do to a report, and how it stands; what does not hold is told."""

    def engine_on(clock: Clock) -> Engine:
        engine = hot_engines(clock)
        files = {"model.bpmn": model_xml(MODEL)}
        receipt = engine.handle(DeployDefinition(command_id=new_id(), files=files), ADMIN)
        release = ReleaseDefinition(command_id=new_id(), definition_id=str(receipt.result["definition_id"]))
        engine.handle(release, SECOND)
        return engine

    steps = [
        {"expect": {"open": ["handle"], "service_request": {"status": "dispatched", "unit": "water", "due": DUE}}},
        {"service_request": "rate", "rating": 5, "refused": "invalid_state"},
        {"service_request": "add", "text": "水更大了"},
        {"do": "read", "as": "lin.yue"}, {"do": "handle", "as": "lin.yue"}, {"do": "call_back", "as": "lin.yue"},
        {"expect": {"service_request": {"status": "closed_resolved", "marks": ["replied", "closed"]}}},
        {"expect": {"service_request": {"note": "mended", "resolved": True}}},
        {"do": "archive", "as": "lin.yue"},
        {"service_request": "reopen"},
        {"expect": {"open": ["handle"], "service_request": {"reopened": 1, "status": "received"}}},
    ]  # fmt: skip
    start = {"service_request": {"category": "water", "source": "web", "description": "漏水"}}
    path = _write(tmp_path, process_id="hotline_request", start=start, steps=steps)
    result = run_scenario(engine_on, read_scenario(path))
    assert result.findings == ("step 11 (expect): expected the request's status to be received, but it is dispatched",)
    assert result.case_id is not None and result.case_id.endswith("-2")
