"""An open engine over a test database, with people, small models and short words for the usual steps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workflow_engine import (
    OPERATOR,
    Actor,
    ClaimUserTask,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    FireTimer,
    InboxRow,
    PublishMessage,
    Receipt,
    ReleaseDefinition,
    Settings,
    StartCase,
    VirtualClock,
    new_id,
    open_engine,
)

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
ADMIN = Actor("user:admin", frozenset({"administrators"}))
SECOND = Actor("user:second", frozenset({"administrators"}))
AUDITOR = Actor("user:auditor", frozenset({"auditors"}))
ANNE = Actor("user:anne", frozenset({"role:duty_room", "unit:fire"}))
BO = Actor("user:bo", frozenset({"role:duty_room"}))
STRANGER = Actor("user:stranger", frozenset({"unit:elsewhere"}))

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="test">
"""


class House:
    """One engine and its clock."""

    def __init__(self, database_url: str, *, settings: Settings | None = None, now: datetime = NOON) -> None:
        self.clock = VirtualClock(now)
        self.settings = settings or Settings(database_url=database_url)
        self.engine: Engine = open_engine(self.settings, clock=self.clock, migrate=True)

    def close(self) -> None:
        """Close the engine."""
        self.engine.close()

    def reopen(self) -> None:
        """The same database in a new engine, as after a restart; the clock goes on."""
        self.engine.close()
        self.engine = open_engine(self.settings, clock=self.clock)

    # ---- definitions
    def deploy(self, body: str, **files: bytes) -> str:
        """Deploy a model given as the content of ``definitions``; returns the definition id."""
        named = {"model.bpmn": model_xml(body), **{name.replace("__", "."): data for name, data in files.items()}}
        receipt = self.engine.handle(DeployDefinition(command_id=new_id(), files=named), ADMIN)
        return str(receipt.result["definition_id"])

    def release(self, body: str, **files: bytes) -> str:
        """Deploy and release."""
        definition_id = self.deploy(body, **files)
        self.engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), SECOND)
        return definition_id

    # ---- cases
    def start(self, process_id: str = "p", actor: Actor = OPERATOR, **variables: Any) -> str:
        """Start a case; returns its id."""
        case_id = new_id()
        command = StartCase(command_id=new_id(), case_id=case_id, process_id=process_id, variables=variables)
        self.engine.handle(command, actor)
        return case_id

    def tasks(self, case_id: str) -> list[InboxRow]:
        """The open tasks of a case."""
        found = self.engine.queries.get_case(case_id, OPERATOR).user_tasks
        return [task for task in found if task.state in ("ready", "claimed")]

    def task(self, case_id: str, element_id: str | None = None) -> str:
        """The id of the one open task of a case (at this element)."""
        (found,) = [task for task in self.tasks(case_id) if element_id in (None, task.element_id)]
        return found.user_task_id

    def complete(self, user_task_id: str, actor: Actor = OPERATOR, **variables: Any) -> Receipt:
        """Complete a task."""
        command = CompleteUserTask(command_id=new_id(), user_task_id=user_task_id, variables=variables)
        return self.engine.handle(command, actor)

    def claim(self, user_task_id: str, actor: Actor) -> Receipt:
        """Claim a task."""
        return self.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=user_task_id), actor)

    def publish(self, name: str, message_id: str = "", **fields: Any) -> Receipt:
        """Publish a message."""
        command = PublishMessage(command_id=new_id(), name=name, message_id=message_id or new_id(), **fields)
        return self.engine.handle(command, OPERATOR)

    def timer_command(self, case_id: str, command_id: str | None = None) -> FireTimer:
        """The command that fires the one scheduled timer of a case."""
        timers = self.engine.queries.get_case(case_id, OPERATOR).timers
        (timer,) = [timer for timer in timers if timer.state == "scheduled"]
        return FireTimer(
            command_id=command_id or new_id(), case_id=case_id, token_id=timer.token_id or 0,
            position=timer.position, due_at=timer.due_at.isoformat(),
        )  # fmt: skip

    def state(self, case_id: str) -> str:
        """The state of a case."""
        return self.engine.queries.get_case(case_id, OPERATOR).case.state

    def variables(self, case_id: str) -> dict[str, Any]:
        """The variables of a case."""
        return dict(self.engine.queries.get_case(case_id, OPERATOR).variables)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What is in the database, looked at without the engine's help."""
        with self.engine.queries.snapshot() as snapshot:
            return [tuple(row) for row in snapshot.connection.exec_driver_sql(sql)]


def model_xml(body: str) -> bytes:
    """A whole BPMN file around these elements."""
    return (_HEAD + body + "</bpmn:definitions>").encode()


def chain(*nodes: str, process: str = "p", attributes: str = "", more: str = "") -> str:
    """A process whose nodes follow each other; each is an XML element with an id. ``more`` is put beside them."""
    ids = [node.split(' id="', 1)[1].split('"', 1)[0] for node in nodes]
    flows = "".join(
        f'<bpmn:sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in zip(["start", *ids], [*ids, "end"], strict=True)
    )
    return (
        f'<bpmn:process id="{process}" name="Process {process}" isExecutable="true" {attributes}>'
        f'<bpmn:startEvent id="start"/>{"".join(nodes)}<bpmn:endEvent id="end"/>{flows}{more}</bpmn:process>'
    )


def user_task(element_id: str, attributes: str = "") -> str:
    """A user task."""
    return f'<bpmn:userTask id="{element_id}" name="Do {element_id}" {attributes}/>'


OFFERED = 'camunda:candidateGroups="role:duty_room"'
TWO_STEPS = chain(user_task("A", OFFERED), user_task("B", OFFERED))
