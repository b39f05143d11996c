"""Whoever may not complete a task may not get it either, by whatever way it comes: one question for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflow_engine.bpmn.barring import CONFLICTS, barred_by_case
from workflow_engine.bpmn.parties import parties_of
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.signing import find_host
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.two_persons import forged_names
from workflow_engine.domain.commands import UserTaskCommand
from workflow_engine.domain.errors import NotPermittedError
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.steps import Act, Step, token_of
from workflow_engine.storage.conflicts import barred_by_parties


def barred_from(work: Handling, token: Token) -> dict[str, str]:
    """Person → why, for everybody who is kept from the task at this token."""
    if not token.task_spec.node.properties and CONFLICTS not in token.workflow.top_workflow.header:
        return {}
    found = barred_by_case(token)
    parties = parties_of(token.task_spec.node, token.data, work.now)
    return {**barred_by_parties(work.unit, parties), **found} if parties else found


def require_fit(work: Handling, token: Token, people: Iterable[str | None]) -> None:
    """Raise NotPermittedError when one of these may not do the task; None stands for nobody."""
    barred = barred_from(work, token)
    for person in people:
        if person is not None and person in barred:
            raise NotPermittedError(
                f"Expected {token.element_id!r} to be completed by another person, but {person} {barred[person]}.",
                element_id=token.element_id,
                person=person,
            )


def require_somebody_fit(work: Handling, token: Token, people: Iterable[str], what: str) -> None:
    """Raise NotPermittedError when every one of these is kept from the task; nobody at all is no objection here."""
    members = list(people)
    barred = barred_from(work, token)
    if members and barred and all(person in barred for person in members):
        raise NotPermittedError(f"Expected to {what} to a group with somebody who may do it, but nobody in it may.")


def fit_first(work: Handling, act: Act, people: Iterable[str | None]) -> Act:
    """The act on a user task with that question before it."""

    def checked(instance: Instance, context: RunContext, command: UserTaskCommand, actor_id: str) -> Step:
        number = token_of(command.user_task_id)
        token = instance.tree.index.get(number) or find_host(instance.tree, number)
        if token is not None:
            require_fit(work, token, people)
            _require_unforged(token, getattr(command, "variables", None))
        return act(instance, context, command, actor_id)

    return checked


def _require_unforged(token: Token, variables: Mapping[str, Any] | None) -> None:
    """Raise NotPermittedError when a submission says who did another task: the two-person rules rely on that."""
    if not variables:
        return
    forged = forged_names(token.task_spec.scope_spec.definition, token.task_spec.node, variables)
    if forged:
        raise NotPermittedError(
            f"Expected {token.element_id!r} to be completed without {', '.join(sorted(forged))}, which says who did "
            "another task: nobody can type that.",
            element_id=token.element_id,
        )
