"""Events of people working together on a task: handing over, asking, returning, telling."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskTransferred(Event):
    """The task changed hands for good."""

    KIND = "user_task.transferred"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    assignee: str | None = None
    group: str | None = None
    """One of both."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskDelegated(Event):
    """Somebody else prepares the task; its owner will complete it."""

    KIND = "user_task.delegated"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    owner: str
    delegate: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEnded(Event):
    """The task is back with its owner: answered by the delegate, or taken back."""

    KIND = "user_task.delegation_ended"
    PRIVATE = ("answer",)
    token_id: int
    element_id: str
    owner: str
    delegate: str
    outcome: str
    """``resolved`` or ``taken_back``."""
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionAsked(Event):
    """A signer was added; ``opinion_no`` numbers their own task within the case."""

    KIND = "opinion.asked"
    PRIVATE = ("reason",)
    opinion_no: int
    token_id: int
    """Of the task signed for."""
    element_id: str
    place: str
    subject: str
    is_open: bool
    """False: only once the task is completed."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionOpened(Event):
    """The task is completed; the signer is asked now."""

    KIND = "opinion.opened"
    opinion_no: int
    token_id: int
    element_id: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionGiven(Event):
    """The signer answered."""

    KIND = "opinion.given"
    PRIVATE = ("opinion",)
    opinion_no: int
    token_id: int
    element_id: str
    answered_by: str
    agrees: bool
    opinion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionEnded(Event):
    """The question needs no answer any more: the signer was removed, or the task was withdrawn."""

    KIND = "opinion.ended"
    PRIVATE = ("reason",)
    opinion_no: int
    token_id: int
    element_id: str
    subject: str
    outcome: str
    """``removed`` or ``withdrawn``."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceAdded(Event):
    """A multi-instance activity has one instance more."""

    KIND = "instance.added"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    person: str
    instances: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRemoved(Event):
    """A multi-instance activity has one instance less."""

    KIND = "instance.removed"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    instances: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskReturned(Event):
    """The case went back to an earlier step."""

    KIND = "user_task.returned"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    to_element_id: str
    placed: int
    """The token that is there now,"""
    in_place_of: int
    """and the one that was there before."""
    come_back: bool = False
    assignee: str | None = None
    superseded: list[int] | None = None
    """Tokens of the user tasks that were done there and since: their answers no longer stand."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskTakenBack(Event):
    """Who completed the task has it again."""

    KIND = "user_task.taken_back"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    placed: int
    in_place_of: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCopied(Event):
    """These people may read the case."""

    KIND = "case.copied"
    PRIVATE = ("reason",)
    people: list[str]
    token_id: int | None = None
    element_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesRead(Event):
    """Somebody took note of what was copied to them."""

    KIND = "case.copies_read"
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskUrged(Event):
    """Whoever has the task was asked to hurry."""

    KIND = "user_task.urged"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    subjects: list[str]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAdded(Event):
    """Somebody said something about the case."""

    KIND = "case.commented"
    PRIVATE = ("text",)
    mentions: list[str]
    copied: list[str]
    """Who of them can see the case only from now on."""
    token_id: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentAdded(Event):
    """A file was put to the case."""

    KIND = "attachment.added"
    PRIVATE = ("name",)
    digest: str
    size: int
    media_type: str
    token_id: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRemoved(Event):
    """A file was taken off the case."""

    KIND = "attachment.removed"
    PRIVATE = ("reason",)
    attachment_seq: int
    """The entry that added it."""
    reason: str | None = None
