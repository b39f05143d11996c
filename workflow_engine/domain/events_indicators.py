"""What happened to indicators. Counting itself is no event: it only adds up what others tell."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Json
from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorDefined(Event):
    """An indicator is computed by this method from now on."""

    KIND = "indicator.defined"
    indicator_id: str
    method_version: int
    digest: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRetired(Event):
    """It is computed no more, or again."""

    KIND = "indicator.retired"
    indicator_id: str
    retired: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsEntered(Event):
    """Numbers came from outside."""

    KIND = "indicator.inputs_entered"
    rows: Json
    """[series, scope, period, revision, value, source, dated_on] each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorsComputed(Event):
    """A month was computed, for its departments to look at."""

    KIND = "indicator.computed"
    period: str
    origin_case_id: str
    figures: int
    log_size: int
    """How much of the log was counted."""
    digest: str
    """SHA-256 of all values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorsPublished(Event):
    """A month can be read by everybody."""

    KIND = "indicator.published"
    period: str
    signed: list[str]
    unsigned: list[str]
    withheld: Json
    """Indicator to the published reason."""
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorCorrected(Event):
    """Published values were computed again and differ."""

    KIND = "indicator.corrected"
    period: str
    indicator_id: str
    method_version: int
    reason: str
    log_size: int
    changes: Json
    """[scope, value before, value now] each; what is not shown is null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorCommented(Event):
    """Somebody said something about a value."""

    KIND = "indicator.commented"
    PRIVATE = ("text",)
    comment_id: str
    indicator_id: str
    period: str
    scope: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorCommentAnswered(Event):
    """What became of a comment or a report."""

    KIND = "indicator.comment_answered"
    PRIVATE = ("answer",)
    comment_id: str
    state: str
    answer: str


INDICATOR_EVENTS: tuple[type[Event], ...] = (
    IndicatorDefined, IndicatorRetired, InputsEntered, IndicatorsComputed, IndicatorsPublished, IndicatorCorrected,
    IndicatorCommented, IndicatorCommentAnswered,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in INDICATOR_EVENTS})
