"""People who work together on tasks, and short words for what they do to them."""

from __future__ import annotations

from typing import Any

from tests.support.house import NOON, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    Actor,
    Command,
    LoadOrganisation,
    Receipt,
    ReleaseUserTask,
    new_id,
)

ANNE = Actor("user:anne", frozenset({"role:duty_room", "unit:fire"}))
BO = Actor("user:bo", frozenset({"role:duty_room"}))
CID = Actor("user:cid", frozenset({"unit:water"}))
DEE = Actor("user:dee", frozenset({"unit:water"}))
ADMIN = Actor("user:admin", frozenset({"administrators"}))
AUDITOR = Actor("user:auditor", frozenset({"auditors"}))
_UNITS = {"user:anne": "fire", "user:cid": "water", "user:dee": "water"}

__all__ = ["ADMIN", "ANNE", "AUDITOR", "BO", "CID", "DEE", "NOON", "Staff", "chain", "user_task"]


class Staff:
    """A house with an organisation, and one case of a model with the tasks of which something is done."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.engine = house.engine
        people = [
            {
                "person_id": actor.actor_id, "sign_in_name": actor.actor_id.partition(":")[2],
                "display_name_zh": actor.actor_id, "display_name_en": actor.actor_id,
                "unit_id": _UNITS.get(actor.actor_id),
                "groups": sorted(group for group in actor.groups if not group.startswith("unit:")),
            }
            for actor in (ANNE, BO, CID, DEE, ADMIN, AUDITOR)
        ]  # fmt: skip
        units = [{"unit_id": name, "name_zh": name, "name_en": name} for name in ("fire", "water")]
        roles = [{"group_id": "role:duty_room", "name_zh": "值班室", "name_en": "Duty room"}]
        command = LoadOrganisation(command_id=new_id(), units=units, roles=roles, people=people)
        self.engine.handle(command, OPERATOR)
        self.case_id = ""

    def begin(self, model: str, actor: Actor = OPERATOR, **variables: Any) -> Staff:
        """Release the model and start a case of it."""
        self.house.release(model)
        self.case_id = self.house.start(actor=actor, **variables)
        return self

    def do(self, kind: type[Command], actor: Actor, **fields: Any) -> Receipt:
        """Send a command; ``task`` names the element of its open task."""
        if "task" in fields:
            fields["user_task_id"] = self.task(fields.pop("task"))
        return self.engine.handle(kind(command_id=new_id(), **fields), actor)

    def task(self, element_id: str, *, of: str | None = None) -> str:
        """The id of the open task at this element (that ``of`` has)."""
        found = [row for row in self.open_tasks() if row.element_id == element_id and of in (None, row.assignee)]
        assert found, f"no open task {element_id} {of}; there are {self.open}"
        return str(found[0].user_task_id)

    def done(self, element_id: str, by: Actor | None = None) -> str:
        """The id of the task that was completed last at this element (by this person, if there is one)."""
        rows = self.engine.queries.get_case(self.case_id, OPERATOR).user_tasks
        found = [row for row in rows if row.element_id == element_id and row.state == "completed"]
        found = [row for row in found if by is None or row.completed_by == by.actor_id] or found
        return str(max(found, key=lambda row: int(row.user_task_id.rpartition(".")[2])).user_task_id)

    def open_tasks(self) -> list[Any]:
        return self.house.tasks(self.case_id)

    @property
    def open(self) -> list[str]:
        """``element holder`` of every open task, oldest first."""
        return [f"{row.element_id} {row.assignee or '-'}" for row in self.open_tasks()]

    def claim(self, element_id: str, actor: Actor) -> str:
        """Take a task; returns its id."""
        task_id = self.task(element_id)
        self.house.claim(task_id, actor)
        return task_id

    def complete(self, element_id: str, actor: Actor = OPERATOR, **variables: Any) -> Receipt:
        """Complete the task (that the actor has, where there are several)."""
        mine = [row for row in self.open_tasks() if row.element_id == element_id and row.assignee == actor.actor_id]
        return self.house.complete(mine[0].user_task_id if mine else self.task(element_id), actor, **variables)

    def release_task(self, task_id: str, actor: Actor) -> Receipt:
        return self.engine.handle(ReleaseUserTask(command_id=new_id(), user_task_id=task_id, reason="not mine"), actor)

    def check(self) -> None:
        """The record holds, gives the same events again, and rebuilds every row."""
        report = self.engine.verify_audit(sample=None)
        assert report.ok, [str(finding) for finding in report.findings]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.house.rows(sql)
