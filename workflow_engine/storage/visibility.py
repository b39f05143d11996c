"""Which cases a person may see: started by them, copied to them, with a task of theirs, or within a grant of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from workflow_engine.domain.actors import Actor, Held
from workflow_engine.domain.permissions import held, may
from workflow_engine.storage.cases import Case
from workflow_engine.storage.schema import case_scope, offer, process_instance, task_copy, user_task
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
_COPIED = Statement(
    select(task_copy.c.copy_id)
    .where(task_copy.c.case_id == param("case"), task_copy.c.person_id == param("actor"))
    .limit(1)
)
_PLACES = Statement(select(case_scope.c.unit_id).where(case_scope.c.case_id == param("case")))
SEE_ALL = "case.see_all"


def subjects_of(actor: Actor) -> list[str]:
    """Under which names tasks are offered to the actor, as themselves or for somebody whom they stand in for."""
    own = [actor.actor_id, *sorted(actor.groups), EVERYBODY]
    absent = [subject for one in actor.stands_in_for if one.process_id is None for subject in _subjects(one)]
    return list(dict.fromkeys([*own, *absent]))


def subjects_by_process(actor: Actor) -> dict[str, list[str]]:
    """Further names that count in one process only, by process."""
    found: dict[str, list[str]] = {}
    everywhere = set(subjects_of(actor))
    for one in actor.stands_in_for:
        if one.process_id is not None:
            names = [subject for subject in _subjects(one) if subject not in everywhere]
            found[one.process_id] = list(dict.fromkeys([*found.get(one.process_id, ()), *names]))
    return {process_id: names for process_id, names in found.items() if names}


def may_see_case(unit: UnitOfWork, actor: Actor, case: Case) -> bool:
    """Whether the case lies within the actor's reach."""
    return may(actor, SEE_ALL, case.unit_id, case.process_id) or is_own_case(
        unit, actor, case.case_id, case.process_id, case.started_by
    )


def is_own_case(unit: UnitOfWork, actor: Actor, case_id: str, process_id: str, started_by: str) -> bool:
    """Whether the actor started the case, or it has or had a task for them or for somebody they stand in for."""
    if started_by == actor.actor_id:
        return True
    offered = {row[0] for row in unit.all(_SUBJECTS, {"case": case_id})}
    names = [*subjects_of(actor), *subjects_by_process(actor).get(process_id, ())]
    if not offered.isdisjoint(names):
        return True
    if unit.one(_COPIED, {"case": case_id, "actor": actor.actor_id}) is not None:
        return True
    people = [actor.actor_id, *(one.person_id for one in actor.absent(process_id))]
    return any(unit.one(_TOUCHED, {"case": case_id, "actor": person}) is not None for person in people)


def is_in_scope(unit: UnitOfWork, actor: Actor, case_id: str, process_id: str) -> bool:
    """Whether a grant lets the actor see the case; by the units it was placed under, as lists of cases go."""
    scopes = scopes_of(actor)
    if scopes is None:
        return True
    units = {scope.unit_id for scope in scopes if scope.process_id in (None, process_id)}
    if None in units:
        return True
    return bool(units) and not units.isdisjoint(row[0] for row in unit.all(_PLACES, {"case": case_id}))


def scopes_of(actor: Actor) -> list[Held] | None:
    """Through which grants the actor sees more than their own cases; None when they see everything."""
    scopes = held(actor, SEE_ALL)
    return None if may(actor, SEE_ALL) else list(scopes)


def in_scope(scope: Held) -> ColumnElement[bool]:
    """A grant's reach as a condition on ``process_instance``."""
    case = process_instance.c
    conditions: list[ColumnElement[bool]] = []
    if scope.process_id is not None:
        conditions.append(case.process_id == scope.process_id)
    if scope.unit_id is not None:
        conditions.append(
            exists().where(
                case_scope.c.unit_id == scope.unit_id,
                case_scope.c.started_at == case.started_at,
                case_scope.c.case_id == case.case_id,
            )
        )
    return and_(*conditions)


def within_reach(actor: Actor, verb: str) -> ColumnElement[bool] | None:
    """For which cases the actor holds the verb, as a condition on ``process_instance``; None: for every one."""
    return None if may(actor, verb) else or_(false(), *(in_scope(scope) for scope in held(actor, verb)))


def visible_to(actor: Actor) -> ColumnElement[bool] | None:
    """The same rule as a condition on ``process_instance``; None when the actor sees everything."""
    scopes = scopes_of(actor)
    if scopes is None:
        return None
    return or_(*(in_scope(scope) for scope in scopes), *_own(actor))


def _own(actor: Actor) -> Iterator[ColumnElement[bool]]:
    case = process_instance.c
    yield case.started_by == actor.actor_id
    yield _offered(subjects_of(actor))
    yield exists().where(task_copy.c.case_id == case.case_id, task_copy.c.person_id == actor.actor_id)
    yield _touched([actor.actor_id, *(one.person_id for one in actor.stands_in_for if one.process_id is None)])
    for process_id, subjects in subjects_by_process(actor).items():
        people = [one.person_id for one in actor.stands_in_for if one.process_id == process_id]
        yield and_(case.process_id == process_id, or_(_offered(subjects), _touched(people)))


def _offered(subjects: list[str]) -> Any:
    return exists().where(offer.c.case_id == process_instance.c.case_id, offer.c.subject.in_(subjects))


def _touched(people: list[str]) -> Any:
    touched = or_(user_task.c.assignee.in_(people), user_task.c.completed_by.in_(people))
    return exists().where(and_(user_task.c.case_id == process_instance.c.case_id, touched))


def _subjects(one: Any) -> list[str]:
    return [one.person_id, *sorted(one.groups)]
