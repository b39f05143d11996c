"""What a duty room sees of an emergency: clocks, order, area; and that no value of a model breaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_engine import (
    CaseFacts,
    EmergencyFacts,
    EmergencyView,
    TaskFacts,
    TimerFacts,
    in_order,
    view_of,
)

NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)
DUTY = {"unit": "fire", "group": "unit:fire", "task": "救援 Rescue", "subject": "G", "due_within": "PT2H"}
LEVEL = {"rank": 2, "roman": "II", "since": "2026-07-02T11:30:00Z", "number": 2, "reason": "worse"}


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def case(**values: Any) -> CaseFacts:
    """A running emergency."""
    return CaseFacts(
        **{"case_id": "c1", "title": "Gas", "state": "active", "exercise": False, "started_at": NOON} | values
    )


def task(element_id: str, state: str = "ready", **values: Any) -> TaskFacts:
    """A task of the fire brigade."""
    given: dict[str, Any] = {
        "groups": ("unit:fire",),
        "created_at": NOON,
        "name": element_id,
        "scope": {"duty": DUTY},
    } | values
    return TaskFacts(user_task_id=f"c1.{element_id}", element_id=element_id, state=state, **given)


def view(*tasks: TaskFacts, now: datetime = NOON, **variables: Any) -> EmergencyView:
    """The board with these tasks, the fire brigade called."""
    known = {"level": LEVEL, "duties": {"given": ["fire"], "fresh": [DUTY]}, **variables}
    return view_of(EmergencyFacts(case(), known, tasks, now))


def test_unit_moves_from_call_to_report() -> None:
    ack: dict[str, Any] = {"due_at": at(10)}
    work: dict[str, Any] = {"due_at": at(120)}
    (line,) = view(task("acknowledge", **ack)).duties
    assert (line.status, line.due_at, line.rung) == ("called", at(10), 0)
    (line,) = view(task("acknowledge", **ack), now=at(11)).duties
    assert (line.status, line.state) == ("overdue", "called")
    done = task("acknowledge", "completed", completed_at=at(5), scope={}, **ack)
    (line,) = view(done, task("department_work", **work)).duties
    assert (line.status, line.due_at) == ("acknowledged", at(120))
    (line,) = view(done, task("department_work", "claimed", assignee="user:ma", **work), now=at(121)).duties
    assert (line.status, line.state, line.assignee) == ("overdue", "working", "user:ma")
    finished = task("department_work", "completed", completed_at=at(130), scope={}, **work)
    (line,) = view(done, finished).duties
    assert (line.status, line.acknowledged_at, line.done_at, line.late) == ("done", at(5), at(130), True)
    report = {"unit": "fire", "task": "Rescue", "done_at": "2026-07-02T13:00:00Z", "late": False, "result": "out"}
    (line,) = view(done, department_reports=[report]).duties
    assert (line.status, line.done_at, line.result) == ("done", at(60), "out")
    (line,) = view(done).duties
    assert line.status == "released"


def test_unanswered_call_says_who_is_called_next() -> None:
    first = task("acknowledge", due_at=at(10))
    deputy = task("acknowledge_deputy", groups=("role:fire_deputy",), due_at=at(20))
    (line,) = view(first, deputy, now=at(12)).duties
    assert (line.rung, line.status, line.user_task_id) == (1, "overdue", "c1.acknowledge")
    superior = task("superior_takes_over", groups=("role:deputy_commander",), due_at=at(30))
    (line,) = view(superior, now=at(21)).duties
    assert (line.rung, line.status) == (2, "overdue")


def test_report_due_next_is_the_earliest_and_late_by_the_clock() -> None:
    phone = task("report_by_phone", scope={}, due_at=at(15))
    written = task("report_in_writing", scope={}, due_at=at(60))
    reports = view(written, phone, now=at(16)).reports
    assert (reports.next_kind, reports.next_due_at, reports.is_late) == ("report_by_phone", at(15), True)
    facts = EmergencyFacts(
        case(), {"period": {"sitrep_due_at": "2026-07-02T14:00:00Z"}}, [], NOON, [TimerFacts("sitrep_time", at(90))]
    )
    reports = view_of(facts).reports
    assert (reports.next_kind, reports.next_due_at, reports.task) == ("sitrep_time", at(120), None)
    sitrep = {"number": 1, "at": "2026-07-02T14:00:01Z", "due_at": "2026-07-02T14:00:00Z"}
    assert [(one.kind, one.is_late) for one in view(sitreps=[sitrep]).reports.filed] == [("follow_up", True)]


def test_phase_level_and_area_are_read_from_the_model() -> None:
    assert [view_of(EmergencyFacts(case(), known, [], NOON)).phase for known in (
        {}, {"level": LEVEL}, {"level": LEVEL, "duties": {"given": []}}, {"conclusion": {"outcome": "terminated"}},
    )] == ["verifying", "activating", "responding", "aftermath"]  # fmt: skip
    one = view(
        assessment={"rank": 2, "reasons": ["deaths"]}, area="桥北",
        affected_area={"polygons": [[[30, 120], [30, 121], [31, 121]], [[999, 0], [1, 1], "x"]],
                       "circles": [{"lat": 30, "lon": 120, "km": 2}, {"lat": 30}], "point": {"lat": 30, "lon": 120}},
    )  # fmt: skip
    assert one.level is not None
    assert (one.level.roman, one.level.reasons) == ("II", ("deaths",))
    assert [len(ring) for ring in one.area.polygons] == [3]
    assert (len(one.area.circles), one.area.point, one.area.words) == (1, (30, 120), "桥北")
    assert (view(deaths=0).figures["deaths"], view().figures["deaths"]) == (0, None), "none is not the same as unknown"


def test_worst_stands_first_and_exercises_after_what_is_real() -> None:
    def one(case_id: str, rank: int, exercise: bool = False, **known: Any) -> EmergencyView:
        level = {"level": {**LEVEL, "rank": rank}} if rank else {}
        return view_of(EmergencyFacts(case(case_id=case_id, exercise=exercise), {**level, **known}, [], NOON))

    found = in_order([
        one("over", 1, conclusion={"outcome": "terminated"}), one("drill", 1, True), one("four", 4),
        one("two", 2), one("new", 0),
    ])  # fmt: skip
    assert [v.case.case_id for v in found] == ["new", "two", "four", "drill", "over"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=3)
    | st.sampled_from(["2026-07-02T12:00:00Z", "fire", "II"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["unit", "group", "rank", "at", "due_at", "given", "fresh", "polygons", "circles", "lat", "lon",
                         "km", "since", "reasons", "outcome", "number", "point", "title"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
NAMES = ("level", "assessment", "authority", "command", "command_log", "duties", "duty_rows", "department_reports",
         "sitreps", "period", "affected_area", "conclusion", "report_phone", "deaths", "area")  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.lists(VALUES, max_size=3), st.integers(-60, 200))
def test_whatever_a_model_left_makes_a_view(known: dict[str, Any], scopes: list[Any], minutes: int) -> None:
    tasks = [
        task(element, scope={"duty": scope}, due_at=at(10))
        for element, scope in zip(("acknowledge", "department_work", "x"), scopes, strict=False)
    ]
    seen = view_of(EmergencyFacts(case(), known, tasks, at(minutes)))
    shown = {line.user_task_id for line in seen.duties} | {line.task.user_task_id for line in seen.tasks}
    assert {one.user_task_id for one in tasks if one.element_id == "x"} <= shown
    assert [one.at for one in seen.timeline] == sorted((one.at for one in seen.timeline), reverse=True)
    assert all(
        line.status in ("called", "acknowledged", "working", "done", "released", "overdue") for line in seen.duties
    )
    later = view_of(EmergencyFacts(case(), known, tasks, at(minutes + 60)))
    assert seen.overdue <= later.overdue, "a clock that has run out does not come back by waiting"
