"""Rules of the hotline beside its scenarios: every row of its tables, and the profile of cities with one limit."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from workflow_engine import (
    OPERATOR,
    CompleteUserTask,
    Engine,
    SetParameters,
    Settings,
    SubmitServiceRequest,
    open_engine,
)
from workflow_engine.bpmn.decisions import evaluate, read_decisions
from workflow_engine.demo.story import person
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.feel import EvaluationContext
from workflow_engine.rehearsal import read_scenario, run_scenario

PROCESS = Path(__file__).resolve().parents[2] / "processes" / "hotline_request"
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
ANSWERED_BY_DEFAULT = EvaluationContext(now=MONDAY, ask=lambda _name, given: given[1])
"""A city that changed nothing: every parameter is what the table itself says."""


def decide(table: str, **values: Any) -> dict[str, Any]:
    """What the table gives, and the number of the row that gave it."""
    decisions, problems = read_decisions((PROCESS / f"{table}.dmn").read_bytes())
    assert problems == []
    decision = decisions.find(table)
    assert decision is not None
    result = evaluate(decision, values, ANSWERED_BY_DEFAULT)
    (outputs,) = result.outputs if isinstance(result.outputs, list) else [result.outputs]
    found: dict[str, Any] = outputs
    return found


def facts(**given: Any) -> dict[str, Any]:
    return {
        "life_risk": False, "profile": "tiers", "statutory_days": None, "limit": None, "limit_unit": None,
        "tier": "general", "contact": None, "contact_unit": None, "dispatch": None, "dispatch_unit": None, **given,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "tier", "dispatch", "contact", "feedback"),
    [
        ({"life_risk": True, "limit": 7, "limit_unit": "days"}, "urgent", "1 hours", "0.5 hours", "2 hours"),
        ({"statutory_days": 30, "profile": "std5"}, "general", "24 hours", "1 working_days", "30 days"),
        ({"profile": "std5", "tier": "complex"}, "complex", "24 hours", "1 working_days", "5 working_days"),
        ({"limit": 4, "limit_unit": "working_hours"}, "general", "24 hours", "1 working_days", "4 working_hours"),
        (
            {"limit": 24, "limit_unit": "hours", "tier": "utility", "dispatch": 2, "dispatch_unit": "hours"},
            "utility", "2 hours", "1 working_days", "24 hours",
        ),
        ({"tier": "utility"}, "utility", "2 hours", "2 hours", "24 hours"),
        ({"tier": "complex"}, "complex", "24 hours", "1 working_days", "15 days"),
        ({}, "general", "24 hours", "1 working_days", "7 days"),
    ],
)  # fmt: skip
def test_priority_sets_the_limits(given: dict[str, Any], tier: str, dispatch: str, contact: str, feedback: str) -> None:
    limits = decide("priority", facts=facts(**given))
    assert limits["tier"] == tier
    assert f"{limits['dispatch']} {limits['dispatch_unit']}" == dispatch
    assert f"{limits['contact']} {limits['contact_unit']}" == contact
    assert f"{limits['feedback']} {limits['feedback_unit']}" == feedback
    assert limits["statutory"] is (given.get("statutory_days") is not None)


@pytest.mark.parametrize(
    ("given", "how", "main", "assistants", "copy_to"),
    [
        ({"owner": "water_utility", "units": ["city_management"]}, "owner", "water_utility", ["city_management"], None),
        ({"units": ["transport", "police"]}, "several", "transport", ["police"], None),
        ({"units": ["willow"], "level": "subdistrict"}, "direct", "willow", [], "east"),
        ({"units": ["transport"], "level": "city"}, "direct", "transport", [], None),
        ({}, "district", "east", [], None),
        ({"district": None}, "conference", None, [], None),
    ],
)
def test_routing_finds_one_main_unit_or_asks_for_a_conference(
    given: dict[str, Any], how: str, main: str | None, assistants: list[str], copy_to: str | None
) -> None:
    known = {"owner": None, "units": [], "level": None, "district": "east", **given}
    route = decide("routing", facts=known)
    assert (route["how"], route["main"], route["assistants"], route["copy_to"]) == (how, main, assistants, copy_to)


@pytest.mark.parametrize(
    ("answer", "designated", "returned", "outcome", "must_designate"),
    [
        ("object", True, 0, "accept", False), ("object", False, 1, "rule", True), ("object", False, 0, "rule", False),
        ("silent", False, 0, "accept", False), ("accept", False, 0, "accept", False),
    ],
)  # fmt: skip
def test_unit_may_return_once_and_never_when_designated(
    answer: str, designated: bool, returned: int, outcome: str, must_designate: bool
) -> None:
    receipt = decide("objection", signed={"answer": answer}, plan={"designated": designated, "returned": returned})
    assert (receipt["next"], receipt["must_designate"]) == (outcome, must_designate)


CALLED = {"reached": True, "resolved": True, "satisfied": True}
UNSOLVED = {"reached": True, "resolved": False, "satisfied": False}


@pytest.mark.parametrize(
    ("known", "callback", "result", "onsite", "plan", "outcome"),
    [
        (True, CALLED, "done", "contradicted", {}, "rework"), (True, CALLED, "done", "none", {}, "closed_resolved"),
        (True, UNSOLVED, "explained", "none", {}, "closed_explained"),
        (True, {**CALLED, "satisfied": False}, "done", "none", {}, "closed_explained"),
        (True, {"reached": False}, "done", "none", {}, "closed_unreachable"),
        (False, None, "done", "none", {}, "closed_resolved"), (True, UNSOLVED, "done", "none", {}, "rework"),
        (True, UNSOLVED, "done", "none", {"reworks": 2}, "supervise"),
        (True, UNSOLVED, "done", "none", {"reworks": 3, "supervise": True}, "convene"),
        (True, UNSOLVED, "done", "none", {"reworks": 3, "convened": True}, "closed_explained"),
        (True, CALLED, "done", "contradicted", {"reworks": 2}, "closed_resolved"),
    ],
)  # fmt: skip
def test_verdict_follows_from_check_and_call_back(
    known: bool, callback: Any, result: str, onsite: str, plan: dict[str, Any], outcome: str
) -> None:
    verdict = decide(
        "verification", facts={"known": known}, callback=callback, check={"result": result, "onsite": onsite},
        plan={"reworks": 0, "supervise": False, "convened": False, **plan},
    )  # fmt: skip
    assert (verdict["status"] or verdict["next"]) == outcome


def test_ladder_goes_up_one_level_per_rung() -> None:
    rungs = [
        decide("supervision_rung", ladder={"number": number, "cause": "overdue"}, limits={"tier": "urgent"})
        for number in range(1, 7)
    ]
    assert [(one["rung"], one["to"]) for one in rungs] == [
        ("remind", "own"), ("supervise", "own"), ("listed", "above"), ("interview", "above"), ("report", "top"),
        ("report", "top"),
    ]  # fmt: skip


def test_petition_is_told_its_whole_way() -> None:
    told = decide("not_accepted", taken={"elsewhere": "petition"})
    assert told["transfer"] is False
    assert all(days in told["zh"] for days in ("15 日", "60 日", "30 日")) and "终局" in told["zh"]


# ------------------------------------------------------------------------------------------------ with the city
@pytest.fixture
def settings(hotline_city: Path, tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{shutil.copy(hotline_city, tmp_path / 'city.sqlite3')}")


def report(engine: Engine, category: str) -> str:
    request_id = new_id()
    submit = SubmitServiceRequest(
        command_id=new_id(), request_id=request_id, code="a-code-of-sixteen-characters", category=category,
        title="楼道燃气味", description="三楼楼道燃气味很重", reporter_contact="139-0000-0001",
    )  # fmt: skip
    engine.handle(submit, OPERATOR)
    return request_id


def do(engine: Engine, request_id: str, who: str, **form: Any) -> None:
    (task,) = [one for one in engine.queries.get_case(request_id, OPERATOR).user_tasks if one.state == "ready"]
    command = CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=form)
    engine.handle(command, person(engine, who))
    engine.pump()


def test_city_with_one_limit_gives_five_working_days_to_all_but_the_urgent(settings: Settings) -> None:
    engine = open_engine(settings, clock=VirtualClock(MONDAY))
    profile = {"hotline.profile": "std5"}
    change = SetParameters(command_id=new_id(), values=profile, reason="统一五个工作日", base_version=0)
    engine.handle(change, OPERATOR)
    due = {}
    for category in ("noise.night", "gas.smell"):
        request_id = report(engine, category)
        do(engine, request_id, "user:yao_xin", take_up_result="accept", life_risk=category == "gas.smell")
        do(engine, request_id, "user:shi_yu", main_unit="environment")
        due[category] = engine.queries.service_requests.get(request_id, OPERATOR).row.due_at
    engine.close()
    assert due["noise.night"] == datetime(2026, 3, 9, 15, 59, 59, 999999, tzinfo=UTC)
    assert due["gas.smell"] == datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_emergency_that_is_handed_over_starts_the_response(settings: Settings) -> None:
    engine = open_engine(settings, clock=VirtualClock(MONDAY))
    request_id = report(engine, "gas.smell")
    do(engine, request_id, "user:yao_xin", take_up_result="emergency", emergency_kind="accident")
    request = engine.queries.service_requests.get(request_id, OPERATOR).row
    cases = engine.queries.find_cases(OPERATOR).items
    (response,) = [row.case_id for row in cases if row.process_id == "emergency_response"]
    told = engine.queries.get_case(response, OPERATOR)
    engine.close()
    assert request.status == "transferred"
    assert [task.element_id for task in told.user_tasks] == ["verify"]
    assert (told.variables["headline"], told.variables["source_request"]) == ("楼道燃气味", request.tracking_number)
    where = {name: told.variables[name] for name in ("place_code", "lat", "lon")}
    assert where == {"place_code": request.place_code, "lat": request.lat, "lon": request.lon}


def test_each_rung_of_the_ladder_is_a_notice(settings: Settings) -> None:
    scenario = read_scenario(PROCESS / "scenarios/up_the_ladder.json")
    result = run_scenario(lambda clock: open_engine(settings, clock=clock), scenario)
    engine = open_engine(settings)
    notices = engine.queries.supervision.notices_of_case(str(result.case_id), OPERATOR)
    engine.close()
    assert result.ok, str(result)
    assert sorted((one.rung, one.unit_id) for one in notices) == [
        ("interview", "city"), ("listed", "city"), ("remind", "environment"), ("report", "city"),
        ("supervise", "environment"),
    ]  # fmt: skip
