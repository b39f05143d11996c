"""Who was called to an emergency and how far each unit is: called, acknowledged, working, done, with running clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflow_engine.domain.emergency_facts import EmergencyFacts, TaskFacts
from workflow_engine.domain.emergency_values import an_object, instant, objects, text, texts

CALLED, ACKNOWLEDGED, WORKING, DONE, RELEASED = "called", "acknowledged", "working", "done", "released"
DUTY_STATES = (CALLED, ACKNOWLEDGED, WORKING, DONE, RELEASED)
RUNGS = ("acknowledge", "acknowledge_deputy", "superior_takes_over")
"""The calls of one unit, each made when the one before was not answered: the unit, its deputy, the superior."""
CALLED_AGAIN = ("time_to_call_again", "time_to_call_deputy_again")
"""Timers that call the same people again, before the next in line is called."""
WORKS = ("department_work", "enterprise_work", "volunteer_work")
"""What a unit does once it has answered, by what it is."""
CALLS = frozenset({*RUNGS, *WORKS})


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One unit that was called, and its clock."""

    unit: str
    """The unit's name in the table of joint duties."""
    group: str
    """To whom it is offered."""
    task: str
    subject: str
    """G government, E enterprise, S society."""
    state: str
    """called, acknowledged, working, done, or released: taken back before it was done"""
    called_at: datetime | None = None
    acknowledged_at: datetime | None = None
    done_at: datetime | None = None
    due_at: datetime | None = None
    """Of the clock that runs: the acknowledgement's, then the work's."""
    overdue: bool = False
    late: bool = False
    """Done, or acknowledged, after its time."""
    rung: int = 0
    """Who is being called: 0 the unit, 1 its deputy too, 2 the superior."""
    user_task_id: str | None = None
    """The open task in which it goes on."""
    call_id: str | None = None
    """The last call, while nobody has answered: the one after which the next in line is called."""
    calls: int = 0
    """How often somebody was called for it, as far as the model counts."""
    called_again_at: datetime | None = None
    """When those who were called already were called once more, the last time."""
    assignee: str | None = None
    result: str = ""

    @property
    def status(self) -> str:
        """The state, or ``overdue`` where its clock has run out."""
        return "overdue" if self.overdue else self.state


@dataclass(frozen=True, slots=True)
class TaskLine:
    """An open task that no called unit has, and its clock."""

    task: TaskFacts
    state: str
    """called while nobody has taken it, then working"""
    overdue: bool


def duty_lines(facts: EmergencyFacts) -> tuple[DutyLine, ...]:
    """Every unit that was called, in the order of the calls."""
    duties = dict.fromkeys(_called(facts.variables), None)
    found = {unit: _line_of(unit, facts) for unit in duties}
    for task in facts.tasks:  # a unit that is called while the variables of its branch are not out yet
        unit = _duty_of(task).get("unit")
        if isinstance(unit, str) and unit not in found:
            found[unit] = _line_of(unit, facts)
    return tuple(found.values())


def other_tasks(facts: EmergencyFacts) -> tuple[TaskLine, ...]:
    """Open tasks beside the calls, those due first in front; what has no due instant comes last."""
    lines = [
        TaskLine(task, WORKING if task.state == "claimed" else CALLED, _is_past(task.due_at, facts.now))
        for task in facts.tasks
        if task.is_open and task.element_id not in CALLS
    ]
    return tuple(sorted(lines, key=lambda one: (one.task.due_at is None, one.task.due_at or one.task.created_at)))


def _called(known: Mapping[str, Any]) -> Iterator[str]:
    duties = an_object(known.get("duties"))
    yield from texts(duties.get("given"))
    for report in objects(known.get("department_reports")):
        if isinstance(unit := report.get("unit"), str):
            yield unit


def _line_of(unit: str, facts: EmergencyFacts) -> DutyLine:
    known = facts.variables
    open_tasks = [task for task in facts.tasks if task.is_open and _duty_of(task).get("unit") == unit]
    duty = next((_duty_of(task) for task in open_tasks), None) or _row_of(unit, known)
    group = text(duty.get("group")) or f"unit:{unit}"
    own = [task for task in facts.tasks if task.element_id in CALLS and not task.is_open and group in task.groups]
    line = DutyLine(
        unit=unit, group=group, task=text(duty.get("task")) or "", subject=text(duty.get("subject")) or "",
        state=RELEASED, called_at=min((task.created_at for task in (*own, *open_tasks)), default=None),
        **_calls(open_tasks),
    )  # fmt: skip
    report = next((one for one in objects(known.get("department_reports")) if one.get("unit") == unit), None)
    if report is not None:
        return replace(
            line, state=DONE, task=text(report.get("task")) or line.task, done_at=instant(report.get("done_at")),
            acknowledged_at=instant(report.get("acknowledged_at")), result=text(report.get("result")) or "",
            late=report.get("late") is True, calls=_count(report.get("calls")),
        )  # fmt: skip
    if open_tasks:
        return _open_line(line, open_tasks, facts.now)
    return _closed_line(line, own)


def _calls(open_tasks: Sequence[TaskFacts]) -> dict[str, Any]:
    """How often the unit was called so far, and when once more: the fullest picture that an open task has of it."""
    known = [list(objects(an_object(task.scope.get("unit_call")).get("calls"))) for task in open_tasks]
    calls = max(known, key=len, default=[])
    again = [at for one in calls if one.get("again") is True and (at := instant(one.get("at"))) is not None]
    return {"calls": len(calls), "called_again_at": max(again, default=None)}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _open_line(line: DutyLine, open_tasks: Sequence[TaskFacts], now: datetime) -> DutyLine:
    """The unit is being called, or at work."""
    work = next((task for task in open_tasks if task.element_id in WORKS), None)
    if work is not None:
        acknowledgement = an_object(work.scope.get("acknowledgement"))
        return replace(
            line,
            state=WORKING if work.state == "claimed" else ACKNOWLEDGED,
            acknowledged_at=instant(acknowledgement.get("at")) or work.created_at,
            late=acknowledgement.get("late") is True,
            due_at=work.due_at,
            overdue=_is_past(work.due_at, now),
            user_task_id=work.user_task_id,
            assignee=work.assignee,
        )
    calls = sorted((task for task in open_tasks if task.element_id in RUNGS), key=lambda t: RUNGS.index(t.element_id))
    if not calls:
        return replace(line, state=WORKING, user_task_id=open_tasks[0].user_task_id)
    first = min((task.due_at for task in calls if task.due_at is not None), default=None)
    rung = RUNGS.index(calls[-1].element_id)
    return replace(
        line, state=CALLED, due_at=first, rung=rung, user_task_id=calls[0].user_task_id, call_id=calls[-1].user_task_id,
        assignee=calls[0].assignee,
        overdue=rung > 0 or _is_past(first, now),
    )  # fmt: skip


def _closed_line(line: DutyLine, own: Sequence[TaskFacts]) -> DutyLine:
    """Nothing of the unit is open; its report comes to light when all have reported."""
    acknowledged = max((t.completed_at for t in own if t.element_id in RUNGS and t.completed_at), default=None)
    done = next((t for t in reversed(own) if t.element_id in WORKS and t.completed_at is not None), None)
    if done is None or done.completed_at is None:
        return replace(line, acknowledged_at=acknowledged)
    return replace(
        line, state=DONE, acknowledged_at=acknowledged, done_at=done.completed_at,
        late=_is_past(done.due_at, done.completed_at),
    )  # fmt: skip


def _row_of(unit: str, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """The unit's row of the table, as far as the case still has it."""
    fresh = an_object(known.get("duties")).get("fresh")
    rows = (*objects(fresh), *objects(known.get("duty_rows")), *objects(known.get("playbook_rows")))
    return next((row for row in rows if row.get("unit") == unit), {})


def _duty_of(task: TaskFacts) -> Mapping[str, Any]:
    return an_object(task.scope.get("duty"))


def _is_past(due_at: datetime | None, at: datetime) -> bool:
    return due_at is not None and at > due_at
