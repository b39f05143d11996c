"""Which cases a person may see: those they started, and those in which they or their groups have or had a task."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import may
from workflow_engine.storage.cases import Case
from workflow_engine.storage.schema import offer, process_instance, user_task
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork
from workflow_engine.storage.user_task_rows import EVERYBODY

_TOUCHED = Statement(
    select(user_task.c.user_task_id)
    .where(
        user_task.c.case_id == param("case"),
        or_(user_task.c.assignee == param("actor"), user_task.c.completed_by == param("actor")),
    )
    .limit(1)
)
_SUBJECTS = Statement(select(offer.c.subject).where(offer.c.case_id == param("case")).distinct())


def subjects_of(actor: Actor) -> list[str]:
    """Under which names tasks are offered to the actor."""
    return [actor.actor_id, *sorted(actor.groups), EVERYBODY]


def may_see_case(unit: UnitOfWork, actor: Actor, case: Case) -> bool:
    """Whether the case lies within the actor's reach."""
    if may(actor, "case.see_all") or case.started_by == actor.actor_id:
        return True
    offered = {row[0] for row in unit.all(_SUBJECTS, {"case": case.case_id})}
    if not offered.isdisjoint(subjects_of(actor)):
        return True
    return unit.one(_TOUCHED, {"case": case.case_id, "actor": actor.actor_id}) is not None


def visible_to(actor: Actor) -> ColumnElement[bool] | None:
    """The same rule as a condition on ``process_instance``; None when the actor sees everything."""
    if may(actor, "case.see_all"):
        return None
    case = process_instance.c
    offered: Any = exists().where(offer.c.case_id == case.case_id, offer.c.subject.in_(subjects_of(actor)))
    touched: Any = exists().where(
        and_(
            user_task.c.case_id == case.case_id,
            or_(user_task.c.assignee == actor.actor_id, user_task.c.completed_by == actor.actor_id),
        )
    )
    return or_(case.started_by == actor.actor_id, offered, touched)
