"""Who gets a user task that begins: whom the model names, without those who may not do it; and never nobody.

The model may name people who are gone, groups without people, or nobody at all (an expression that gives null). Whether
somebody is left is asked of the outside; where nobody is, the answer names the group that the task falls to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workflow_engine.bpmn.barring import barred_by_case
from workflow_engine.bpmn.parties import parties_of
from workflow_engine.domain.events import Event, UserTaskCreated, UserTaskFellTo, UserTaskKeptFrom

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token

FALLS_TO, BARRED_BY_PARTIES = "falls to", "barred by parties"


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom the model names for a task."""

    assignee: str | None
    users: list[str]
    groups: list[str]

    @property
    def people(self) -> list[str]:
        """Everybody who is named in person, each once."""
        return list(dict.fromkeys([*([self.assignee] if self.assignee else []), *self.users]))

    def without(self, barred: set[str]) -> Offer:
        """The same without these people."""
        assignee = None if self.assignee in barred else self.assignee
        return Offer(assignee, [one for one in self.users if one not in barred], self.groups)


def settled(token: Token, created: UserTaskCreated) -> list[Event]:
    """The task as it begins, and what else there is to tell about whose it is."""
    context = token.workflow.top_workflow.context
    named = Offer(created.assignee, created.candidate_users or [], created.candidate_groups or [])
    barred = set(barred_by_case(token))
    parties = parties_of(token.task_spec.node, token.data, context.now)
    if parties:
        barred.update(context.asking.ask(BARRED_BY_PARTIES, [parties]))
    left = named.without(barred) if barred else named
    found = context.asking.ask(FALLS_TO, [left.assignee, left.users, left.groups, sorted(barred)])
    kept = [one for one in named.people if one in barred]
    if found is not None and "group" in found:
        fallen = replace(created, assignee=None, candidate_users=None, candidate_groups=[found["group"]])
        return [
            fallen,
            UserTaskFellTo(
                token_id=created.token_id, element_id=created.element_id, group=found["group"],
                because="barred" if kept else found["because"], instead_of=[*named.people, *named.groups],
            ),
        ]  # fmt: skip
    if found is not None:  # whom the model gives it to is gone; others are there
        left, kept = replace(left, assignee=None), [*kept, str(left.assignee)]
    if not kept:
        return [created]
    offered = replace(
        created, assignee=left.assignee, candidate_users=left.users or None, candidate_groups=left.groups or None
    )
    because = "gone" if found is not None else "barred"
    told = UserTaskKeptFrom(
        token_id=created.token_id, element_id=created.element_id, people=kept, because=because
    )  # fmt: skip
    return [offered, told]
