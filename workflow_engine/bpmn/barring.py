"""Whom a task is kept from: who did the step that it checks, and who has an interest in what it decides.

``conflictWith`` on a user task names the parties of the matter (``parties``). Who is one of them, belongs to one (a
unit), or has a declared conflict of interest with one, neither gets nor completes the task. A conflict with the case
itself stands in the case's header under ``conflicts`` and bars from all its tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow_engine.bpmn.four_eyes import NOT_COMPLETED_BY
from workflow_engine.bpmn.standing_in import FOR
from workflow_engine.domain.events import CaseConflictDeclared, CaseConflictLifted

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

CONFLICTS = "conflicts"


def barred_by_case(token: Token) -> dict[str, str]:
    """Person → why, for everybody whom the case itself keeps from the task at this token."""
    header, found = token.workflow.top_workflow.header, {}
    for key, names in token.task_spec.node.properties:
        if key != NOT_COMPLETED_BY:
            continue
        for name in filter(None, map(str.strip, names.split(","))):
            people = [token.data.get(name), token.data.get(name + FOR), *header.get("also", {}).get(name, ())]
            found.update({person: f"is its {name}" for person in people if isinstance(person, str)})
    found.update(dict.fromkeys(header.get(CONFLICTS, ()), "has a conflict of interest with this case"))
    return found


def declare(tree: CaseTree, person: str, reason: str) -> None:
    """The person takes no further part."""
    tree.header[CONFLICTS] = sorted({*tree.header.get(CONFLICTS, ()), person})
    tree.recorder.add(CaseConflictDeclared(person=person, reason=reason))


def lift(tree: CaseTree, person: str, reason: str) -> None:
    """The person may take part again."""
    tree.header[CONFLICTS] = sorted({*tree.header.get(CONFLICTS, ())} - {person})
    tree.recorder.add(CaseConflictLifted(person=person, reason=reason))
