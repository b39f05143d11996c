"""Everything that can be asked of the engine. A command is plain data: it says what is wanted, never how.

``command_id`` makes a command safe to send again: the second time its first answer comes back. What the engine must not
invent itself (instant, seed, new case ids) travels in the ``Envelope`` around the command and is recorded with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar

from workflow_engine.domain.actors import Actor

Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Root of all commands; ``NAME`` is the tag under which it is recorded, ``PRIVATE`` as for events."""

    NAME: ClassVar[str] = ""
    PRIVATE: ClassVar[tuple[str, ...]] = ()
    SECRET: ClassVar[tuple[str, ...]] = ()
    """Fields that are recorded nowhere, not even where they could be erased."""
    FOR_READERS: ClassVar[bool] = False
    """Whether even those may send it who only read (auditors)."""
    command_id: str
    """Chosen by the caller, 8 to 64 characters; unique for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCommand(Command):
    """A command to one case: locks that case and no other."""

    case_id: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command with everything that handling it may depend on (law: no surprise in the engine)."""

    command: Command
    actor: Actor
    at: datetime
    """UTC."""
    seed: int
    salt: bytes = bytes(32)
    """Of the commitments to what people typed; 32 random bytes, kept beside the values and erased with them."""


# ------------------------------------------------------------------------------------------------ definitions
@dataclass(frozen=True, slots=True, kw_only=True)
class DeployDefinition(Command):
    """Store BPMN with its DMN tables and form schemas as one version; the same content again is no new version."""

    NAME = "definition.deploy"
    files: Mapping[str, bytes]
    """File name to content: one .bpmn, any .dmn, .form or .json, messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDefinition(Command):
    """Let a draft be started. By another person than who deployed it."""

    NAME = "definition.release"
    definition_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireDefinition(Command):
    """Let a version start no more; its running cases go on."""

    NAME = "definition.retire"
    definition_id: str


# ------------------------------------------------------------------------------------------------ cases
@dataclass(frozen=True, slots=True, kw_only=True)
class StartCase(CaseCommand):
    """Start a case; ``case_id`` is new and chosen by the caller (``new_case_id``)."""

    NAME = "case.start"
    PRIVATE = ("variables", "title")
    process_id: str
    version: int | None = None
    """None: the newest released version."""
    business_key: str | None = None
    variables: Variables = field(default_factory=dict)
    start_element_id: str | None = None
    title: str | None = None
    unit_id: str | None = None
    """The unit that answers for the case; None: the one the model names, else that of whoever starts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCase(CaseCommand):
    """End the case before its end."""

    NAME = "case.cancel"
    PRIVATE = ("reason",)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendCase(CaseCommand):
    """Stop the case until it is resumed."""

    NAME = "case.suspend"
    PRIVATE = ("reason",)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeCase(CaseCommand):
    """Let a suspended case go on."""

    NAME = "case.resume"
    PRIVATE = ("reason",)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeVariables(CaseCommand):
    """Set variables of the case from outside the flow."""

    NAME = "case.change_variables"
    PRIVATE = ("variables",)
    variables: Variables
    scope_id: int | None = None
    """Only in the called process that runs in this call activity's token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryIncident(CaseCommand):
    """Run the faulted element again, after ``variables`` (if any) were mended."""

    NAME = "incident.retry"
    PRIVATE = ("variables", "reason")
    incident_no: int
    variables: Variables = field(default_factory=dict)
    reason: str | None = None


# ------------------------------------------------------------------------------------------------ user tasks
@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCommand(Command):
    """``user_task_id`` is ``case_id.token_id``."""

    user_task_id: str

    @property
    def case_id(self) -> str:
        return self.user_task_id.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCommand(UserTaskCommand):
    """What somebody may do on behalf of somebody else: as their deputy, or as an administrator with a reason."""

    PRIVATE: ClassVar[tuple[str, ...]] = ("reason",)
    on_behalf_of: str | None = None
    """The absent person, or whose task an administrator takes in hand; a deputy need not say it."""
    capacity: str | None = None
    """``deputy`` or ``administrator``; settled by the handler, whatever a caller puts there."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimUserTask(StandingCommand):
    """Take an offered task."""

    NAME = "user_task.claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseUserTask(StandingCommand):
    """Give a claimed task back, with a reason."""

    NAME = "user_task.release"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignUserTask(StandingCommand):
    """Give a task to a person."""

    NAME = "user_task.assign"
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteUserTask(StandingCommand):
    """Submit a task."""

    NAME = "user_task.complete"
    PRIVATE = ("variables", "reason")
    variables: Variables = field(default_factory=dict)


# ------------------------------------------------------------------------------------------------ time and messages
@dataclass(frozen=True, slots=True, kw_only=True)
class FireTimer(CaseCommand):
    """One firing of one timer; (timer, due instant) happens once."""

    NAME = "timer.fire"
    token_id: int
    position: int
    due_at: str
    fence: int | None = None
    """From ``ClaimTimers``: refused when another clock has claimed the timer since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishMessage(Command):
    """Bring a message from outside: to exactly one catcher, a new case, or the waiting room until its time to live."""

    NAME = "message.publish"
    PRIVATE = ("payload", "correlation")
    name: str
    message_id: str
    """The sender's own id: the same id is correlated once."""
    payload: Variables = field(default_factory=dict)
    correlation: Mapping[str, Any] | None = None
    """Correlation key name to its property values; or ``{"": value}`` for a bare key."""
    case_id: str | None = None
    """Only this case; None: whichever catches."""
    time_to_live_seconds: int = 3600
    new_case_id: str | None = None
    """Id of the case to start where a message start event catches it; None: starts none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateMessage(CaseCommand):
    """Deliver a waiting message to this case (sent by the engine itself)."""

    NAME = "message.correlate"
    PRIVATE = ("payload", "correlation")
    message_id: str
    name: str
    payload: Variables = field(default_factory=dict)
    correlation: Mapping[str, Any] | None = None
    token_id: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSignal(Command):
    """Send a signal to every catcher that waits at this moment; starts cases with signal start events."""

    NAME = "signal.broadcast"
    PRIVATE = ("payload",)
    name: str
    signal_id: str
    payload: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSignal(CaseCommand):
    """Deliver a signal to all catchers of one case (sent by the engine itself)."""

    NAME = "signal.deliver"
    PRIVATE = ("payload",)
    name: str
    signal_id: str
    payload: Variables = field(default_factory=dict)


# ------------------------------------------------------------------------------------------------ jobs
@dataclass(frozen=True, slots=True, kw_only=True)
class JobCommand(CaseCommand):
    """``token_id`` names the job within its case; ``lock_token`` proves that the sender holds it (fencing)."""

    token_id: int
    lock_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteJob(JobCommand):
    """The job is done."""

    NAME = "job.complete"
    PRIVATE = ("variables",)
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailJob(JobCommand):
    """The work failed; with no retries left an incident is opened."""

    NAME = "job.fail"
    PRIVATE = ("error",)
    error: str
    retries_left: int | None = None
    """None: one less than now."""
    retry_in_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowJobError(JobCommand):
    """The work ended in a BPMN error: the boundary event for its code takes over."""

    NAME = "job.throw_error"
    PRIVATE = ("message", "variables")
    code: str
    message: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockJobs(Command):
    """Fetch and lock: hand available jobs of these topics to one worker for a time."""

    NAME = "job.lock"
    topics: tuple[str, ...]
    worker_id: str
    lock_seconds: int = 60
    most: int = 10
    lane: int | None = None
    """Only of this lane; None: of all, emergencies first."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a command: where in which chain it stands. The same for the first time and every repetition."""

    command_id: str
    case_id: str | None = None
    seq: int | None = None
    """Number of the audit entry in the case's chain."""
    entry_hash: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    replayed: bool = False
    """True when the command id was handled before and nothing was done now."""


def command_names() -> dict[str, type[Command]]:
    """Every concrete command by its tag."""
    found: dict[str, type[Command]] = {}
    # In the order of their making: dataclasses with slots are made twice, and the second one is the class in use.
    pending = deque(Command.__subclasses__())
    while pending:
        kind = pending.popleft()
        pending.extend(kind.__subclasses__())
        if kind.NAME:
            found[kind.NAME] = kind
    return found


def command_body(command: Command) -> tuple[dict[str, Any], dict[str, Any]]:
    """The command as recorded: (public part with its tag, private values)."""
    public: dict[str, Any] = {"command": command.NAME}
    private: dict[str, Any] = {}
    for f in fields(command):
        value = getattr(command, f.name)
        if value is None or f.name == "command_id" or f.name in command.SECRET:
            continue
        if f.name in command.PRIVATE:
            private[f.name] = value
        else:
            public[f.name] = list(value) if isinstance(value, tuple) else value
    return public, private
