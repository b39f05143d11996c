"""What is asked about indicators: by the worker that counts, by the data bureau, and by the public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import Command

LONGEST_REASON = 2_000
LONGEST_COMMENT = 2_000
MOST_DEFINITIONS = 200
MOST_INPUTS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRecord(Command):
    """Count the next entries of the log."""

    NAME = "indicator.follow"
    most: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineIndicators(Command):
    """Make new indicators, or further versions of their methods; what is there already stays as it is."""

    NAME = "indicator.define"
    definitions: Sequence[Mapping[str, Any]]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireIndicator(Command):
    """Compute an indicator no more (or again); what was published stays."""

    NAME = "indicator.retire"
    indicator_id: str
    reason: str
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterIndicatorInputs(Command):
    """Numbers from outside, each with its source and date; the same again later is a further revision."""

    NAME = "indicator.enter_inputs"
    rows: Sequence[Mapping[str, Any]]
    """Each ``{series, scope, period, value, source, dated_on}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectIndicator(Command):
    """Compute a published indicator again; where it differs, the correction and its reason are published."""

    NAME = "indicator.correct"
    period: str
    indicator_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentIndicator(Command):
    """Say something about a published value, or report an error in it. Anybody may."""

    NAME = "indicator.comment"
    PRIVATE = ("text",)
    comment_id: str
    indicator_id: str
    period: str
    scope: str
    kind: str
    """``comment`` or ``error``."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerIndicatorComment(Command):
    """Show a comment to everybody or hide it; an error that no case looks after is refused with a reason."""

    NAME = "indicator.answer_comment"
    PRIVATE = ("answer",)
    comment_id: str
    state: str
    """``shown``, ``hidden`` or ``refused``."""
    answer: str = ""
