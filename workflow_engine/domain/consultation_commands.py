"""What the public and the participation office ask of a consultation; it is opened and closed by its case alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOpinion(Command):
    """Say something about a draft. Anybody may on the web; the office writes down what comes by other channels."""

    NAME = "consultation.submit_opinion"
    PRIVATE = ("text",)
    SECRET = ("code", "name", "contact")
    consultation_id: str
    channel: str
    subject_class: str
    stance: str
    text: str
    code: str
    """Random, chosen by the caller: with it the sender finds the opinion again, whatever its state."""
    district: str = ""
    name: str = ""
    contact: str = ""
    wants_hearing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerateOpinions(Command):
    """Accept opinions as opinions on the draft, or reject them with a reason; ``topic`` sorts them."""

    NAME = "consultation.moderate_opinions"
    PRIVATE = ("reason", "public_text")
    consultation_id: str
    numbers: Sequence[int]
    accepted: bool
    reason: str = ""
    topic: str | None = None
    """None: stays as it is."""
    public_text: str | None = None
    """Only for a single one: what the public sees in place of the text, where that says too much about somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOpinions(Command):
    """Say of accepted opinions whether they were adopted, and why."""

    NAME = "consultation.answer_opinions"
    PRIVATE = ("reason",)
    consultation_id: str
    numbers: Sequence[int]
    disposition: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendConsultation(Command):
    """Leave an open consultation open for longer; its case is told."""

    NAME = "consultation.extend"
    PRIVATE = ("reason",)
    consultation_id: str
    closes_at: str
    """ISO 8601 with offset."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsultation(Command):
    """Take the draft back: no more opinions; its case is told."""

    NAME = "consultation.withdraw"
    PRIVATE = ("reason",)
    consultation_id: str
    reason: str
