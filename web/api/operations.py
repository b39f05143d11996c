"""What programs may ask and tell, a line each. Routes and description follow from this table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, get_type_hints

from web.api import shapes
from workflow_engine import (
    AssignUserTask,
    BroadcastSignal,
    CancelCase,
    ChangeVariables,
    ClaimUserTask,
    Command,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    PublishMessage,
    Queries,
    ReleaseDefinition,
    ReleaseUserTask,
    ResumeCase,
    RetireDefinition,
    RetryDelivery,
    RetryIncident,
    StartCase,
    SuspendCase,
)


@dataclass(frozen=True)
class Operation:
    """One address of the API; ``path`` has its parameters in braces, named like the engine's."""

    name: str
    path: str
    scope: str
    verb: str = field(default="", kw_only=True)
    """Of ``permissions``, where the engine does not decide by the actor itself."""

    @property
    def tag(self) -> str:
        """Its chapter in the description."""
        return self.scope.partition(":")[0]

    @property
    def path_names(self) -> list[str]:
        """The parameters of its path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


@dataclass(frozen=True)
class Ask(Operation):
    """A question of the read side, asked with GET."""

    question: str
    """Name of a method of ``Engine.queries``; dots lead to its parts."""

    @property
    def method(self) -> str:
        return "get"

    @cached_property
    def declared(self) -> Callable[..., Any]:
        """The method itself, for its types and words."""
        part, _, name = self.question.rpartition(".")
        owner = Queries if not part else PARTS[part]
        found: Callable[..., Any] = getattr(owner, name)
        return found

    @cached_property
    def parameters(self) -> dict[str, tuple[Any, Any]]:
        """Name to (type, default) of what may stand behind the question mark."""
        return shapes.parameters_of(self.declared, {*self.path_names, *GIVEN})

    @cached_property
    def given(self) -> list[str]:
        """Which of ``GIVEN`` the question takes."""
        return [name for name in GIVEN if name in shapes.parameters_of(self.declared, ())]

    def bound(self, engine: Engine) -> Callable[..., Any]:
        """The question, put to this engine."""
        found: Callable[..., Any] = attrgetter(self.question)(engine.queries)
        return found


@dataclass(frozen=True)
class Tell(Operation):
    """A command, sent with POST."""

    command: type[Command]
    made: tuple[str, ...] = ()
    """Fields that are made from the command id where the body leaves them out, so that a repetition is the same."""
    most_bytes: int | None = None

    @property
    def method(self) -> str:
        return "post"

    @property
    def schema(self) -> str:
        """Name of the body's schema in the description."""
        return self.command.__name__

    @cached_property
    def command_hints(self) -> dict[str, Any]:
        """The types of the command's fields."""
        return get_type_hints(self.command)

    @cached_property
    def body(self) -> Any:
        """The type of the body."""
        return shapes.body_type(self.command, {"command_id", *self.path_names, *self.made})


GIVEN = ("actor", "now")
"""What questions get from the request and the clock, never from the caller."""
PARTS: Mapping[str, type] = {}
"""Parts of the read side that questions lead to."""

TASK, CASE, MODEL = "/tasks/{user_task_id}", "/cases/{case_id}", "/definitions/{definition_id}"
LARGEST_DEPLOYMENT = 4 * 1024 * 1024

OPERATIONS: tuple[Ask | Tell, ...] = (
    Ask("list_tasks", "/tasks", "tasks:read", "inbox"),
    Ask("get_task", TASK, "tasks:read", "get_user_task"),
    Tell("claim_task", f"{TASK}/claim", "tasks:write", ClaimUserTask),
    Tell("release_task", f"{TASK}/release", "tasks:write", ReleaseUserTask),
    Tell("assign_task", f"{TASK}/assign", "tasks:write", AssignUserTask),
    Tell("complete_task", f"{TASK}/complete", "tasks:write", CompleteUserTask),
    Ask("list_cases", "/cases", "cases:read", "find_cases"),
    Ask("get_case", CASE, "cases:read", "get_case"),
    Ask("get_case_history", f"{CASE}/history", "cases:read", "get_history"),
    Tell("start_case", "/cases", "cases:write", StartCase, ("case_id",)),
    Tell("cancel_case", f"{CASE}/cancel", "cases:write", CancelCase),
    Tell("suspend_case", f"{CASE}/suspend", "cases:write", SuspendCase),
    Tell("resume_case", f"{CASE}/resume", "cases:write", ResumeCase),
    Tell("change_variables", f"{CASE}/variables", "cases:write", ChangeVariables),
    Tell("retry_incident", f"{CASE}/incidents/{{incident_no}}/retry", "operations:write", RetryIncident),
    Tell("publish_message", "/messages", "cases:write", PublishMessage, ("message_id", "new_case_id")),
    Tell("broadcast_signal", "/signals", "cases:write", BroadcastSignal, ("signal_id",)),
    Ask("list_definitions", "/definitions", "models:read", "list_definitions", verb="see_models"),
    Ask("get_definition", MODEL, "models:read", "get_definition", verb="see_models"),
    Tell("deploy_definition", "/definitions", "models:write", DeployDefinition, most_bytes=LARGEST_DEPLOYMENT),
    Tell("release_definition", f"{MODEL}/release", "models:write", ReleaseDefinition),
    Tell("retire_definition", f"{MODEL}/retire", "models:write", RetireDefinition),
    Ask("list_incidents", "/incidents", "operations:read", "list_incidents", verb="operate_cases"),
    Ask("list_messages", "/messages", "operations:read", "list_messages", verb="operate_cases"),
    Ask("list_jobs", "/jobs", "operations:read", "list_jobs", verb="operate_cases"),
    Ask("list_deliveries", "/deliveries", "operations:read", "list_outbox", verb="operate_cases"),
    Tell("retry_delivery", "/deliveries/{outbox_id}/retry", "operations:write", RetryDelivery),
    Ask("list_alerts", "/alerts", "cases:read", "get_alerts", verb="import_alerts"),
    Ask("list_people", "/people", "organisation:read", "list_people"),
    Ask("list_groups", "/groups", "organisation:read", "list_groups"),
)
