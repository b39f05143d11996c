"""Ballots for tests: a task put to the vote, and short words for voting."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.support.house import House, chain
from workflow_engine import Actor, CastVote, Receipt, new_id


def ballot_task(element_id: str = "vote", due: str = "", loop: str = "", **rules: str) -> str:
    """A user task that is put to the vote; rules as ``threshold=">= 2/3"``; ``name_`` stands for any name."""
    named = {"ballot": "decision", **{f"ballot.{name}": value for name, value in rules.items()}}
    stated = "".join(f'<camunda:property name="{name}" value="{escape(value)}"/>' for name, value in named.items())
    attributes = f'camunda:dueDate="{due}"' if due else ""
    return (
        f'<bpmn:userTask id="{element_id}" name="Vote" {attributes}><bpmn:extensionElements><camunda:properties>'
        f"{stated}</camunda:properties></bpmn:extensionElements>{loop}</bpmn:userTask>"
    )


def voting(**rules: str) -> str:
    """A process that consists of one ballot."""
    return chain(ballot_task(**rules))


def person(name: str, *groups: str) -> Actor:
    """Somebody with the id that voters are named by."""
    return Actor(name, frozenset(groups))


def cast(house: House, ballot_id: str, actor: Actor | str, choice: str = "yes", **said: Any) -> Receipt:
    """Vote."""
    who = person(actor) if isinstance(actor, str) else actor
    return house.engine.handle(CastVote(command_id=new_id(), ballot_id=ballot_id, choice=choice, **said), who)


def decision(house: House, case_id: str) -> dict[str, Any]:
    """The result variable."""
    found: dict[str, Any] = house.variables(case_id)["decision"]
    return found
