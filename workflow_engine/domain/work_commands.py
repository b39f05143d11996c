"""What staff do with a task besides taking, giving back and completing it. Every verb is on the case's record.

Fields under "settled" are filled in by the handler before the command is recorded, so that the recorded command says
everything that is needed to do it again; what a caller puts there is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import CaseCommand, Command, UserTaskCommand


# ------------------------------------------------------------------------------------------------ into other hands
@dataclass(frozen=True, slots=True, kw_only=True)
class TransferUserTask(UserTaskCommand):
    """Hand the task over for good, to a person or to a unit or role."""

    NAME = "user_task.transfer"
    PRIVATE = ("reason",)
    to: str
    reason: str
    is_group: bool = False
    """Settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateUserTask(UserTaskCommand):
    """Have somebody else prepare the task; it comes back with their answer, and the owner completes it."""

    NAME = "user_task.delegate"
    PRIVATE = ("reason",)
    to: str
    reason: str
    owner: str = ""
    """Settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDelegation(UserTaskCommand):
    """The delegate is done: the task goes back to its owner, with this answer."""

    NAME = "user_task.answer_delegation"
    PRIVATE = ("answer",)
    answer: str
    owner: str = ""
    """Settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackDelegation(UserTaskCommand):
    """The owner takes the task back before the delegate has answered."""

    NAME = "user_task.take_back_delegation"
    PRIVATE = ("reason",)
    reason: str
    owner: str = ""
    delegate: str = ""
    """Both settled."""


# ------------------------------------------------------------------------------------------------ more signatures
@dataclass(frozen=True, slots=True, kw_only=True)
class AskOpinions(UserTaskCommand):
    """Add signers: ask people, units or roles for an opinion before, beside or after the task itself.

    ``before``: the task cannot be completed until they have answered. ``beside``: they are asked now, and the step is
    over when both are done. ``after``: they are asked once the task is completed, and the step is over when they have
    answered.
    """

    NAME = "user_task.ask_opinions"
    PRIVATE = ("reason",)
    subjects: tuple[str, ...]
    place: str
    reason: str
    groups: tuple[str, ...] = ()
    """Settled: which of the subjects are units or roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOpinion(UserTaskCommand):
    """A signer answers; ``user_task_id`` is the signer's own task."""

    NAME = "user_task.give_opinion"
    PRIVATE = ("opinion",)
    agrees: bool
    opinion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSigner(UserTaskCommand):
    """Take back the question to a signer who has not answered yet; ``user_task_id`` is the task signed for."""

    NAME = "user_task.remove_signer"
    PRIVATE = ("reason",)
    opinion_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddInstance(UserTaskCommand):
    """Add a person to the parallel multi-instance activity of which ``user_task_id`` is one instance."""

    NAME = "user_task.add_instance"
    PRIVATE = ("reason",)
    person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveInstance(UserTaskCommand):
    """Withdraw one open instance of a parallel multi-instance activity; at least one has to stay."""

    NAME = "user_task.remove_instance"
    PRIVATE = ("reason",)
    reason: str


# ------------------------------------------------------------------------------------------------ back
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnUserTask(UserTaskCommand):
    """Send the case back to an earlier step, which somebody completed as ``to_task``.

    ``come_back``: whoever does that step again sends it straight back here, past everything in between.
    """

    NAME = "user_task.return"
    PRIVATE = ("reason",)
    to_task: str
    reason: str
    come_back: bool = False
    scope_id: int | None = None
    """Settled, like all that follow: the scope in which the case goes on,"""
    path: tuple[str, ...] = ()
    """the element there, or the way to it,"""
    withdrawn: tuple[int, ...] = ()
    """the branches that are withdrawn,"""
    in_place_of: int = 0
    """the token of the step as it was done before,"""
    assignee: str | None = None
    """who gets it,"""
    holder: str | None = None
    """who had this task,"""
    superseded: tuple[int, ...] = ()
    """and the user tasks whose answers no longer stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackUserTask(UserTaskCommand):
    """Take a completed task back, while nobody has acted on what followed from it."""

    NAME = "user_task.take_back"
    PRIVATE = ("reason",)
    reason: str
    scope_id: int | None = None
    """Settled, as for ``ReturnUserTask``."""
    path: tuple[str, ...] = ()
    withdrawn: tuple[int, ...] = ()
    in_place_of: int = 0
    frame: int | None = None
    """The multi-instance activity whose instance is opened again,"""
    number: int = 0
    """and which of its instances that is."""


# ------------------------------------------------------------------------------------------------ telling others
@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCase(CaseCommand):
    """Let people read the case: a copy in their inbox, nothing to do."""

    NAME = "case.copy"
    PRIVATE = ("reason",)
    subjects: tuple[str, ...]
    reason: str
    user_task_id: str | None = None
    people: tuple[str, ...] = ()
    """Settled: everybody who gets one, members of units and roles by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCopiesRead(CaseCommand):
    """The reader has taken note of every copy of this case."""

    NAME = "case.mark_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgeUserTask(UserTaskCommand):
    """Ask whoever has the task to hurry."""

    NAME = "user_task.urge"
    PRIVATE = ("reason",)
    reason: str
    subjects: tuple[str, ...] = ()
    """Settled: who is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddComment(CaseCommand):
    """Say something about the case to everybody who can see it; ``mentions`` are told."""

    NAME = "case.comment"
    PRIVATE = ("text",)
    text: str
    user_task_id: str | None = None
    mentions: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    """Settled: who of them can see the case only from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAttachment(CaseCommand):
    """Put a file, whose content is kept already (``Engine.files``), to the case."""

    NAME = "case.attach"
    PRIVATE = ("name",)
    digest: str
    size: int
    media_type: str
    name: str
    user_task_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAttachment(CaseCommand):
    """Take a file off the case: its content is erased, that it was there stays on the record."""

    NAME = "case.remove_attachment"
    PRIVATE = ("reason",)
    attachment_id: str
    reason: str


# ------------------------------------------------------------------------------------------------ one's own
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft(UserTaskCommand):
    """Keep what somebody has typed so far; only they see it, and nothing of it is recorded."""

    NAME = "user_task.save_draft"
    content: Any
    """JSON."""
    continues: int = 0
    """The version this was typed on; 0: there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardDraft(UserTaskCommand):
    """Forget what was typed."""

    NAME = "user_task.discard_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNotesRead(Command):
    """Somebody has read these notes to them, or to their units and roles."""

    NAME = "notes.mark_read"
    note_ids: tuple[str, ...]
