"""The public door: indicators."""

from __future__ import annotations

from workflow_engine.domain.indicator_commands import (
    AnswerIndicatorComment,
    CommentIndicator,
    CorrectIndicator,
    DefineIndicators,
    EnterIndicatorInputs,
    FollowRecord,
    RetireIndicator,
)
from workflow_engine.domain.indicators import Indicator, is_period, months_before, read_indicator
from workflow_engine.indicator_export import export_indicators
from workflow_engine.queries.indicator_words import InputRow, SaidRow
from workflow_engine.queries.indicators import DefinitionVersion, IndicatorValue, PublicationRow

__all__ = [
    "AnswerIndicatorComment",
    "CommentIndicator",
    "CorrectIndicator",
    "DefineIndicators",
    "DefinitionVersion",
    "EnterIndicatorInputs",
    "FollowRecord",
    "Indicator",
    "IndicatorValue",
    "InputRow",
    "PublicationRow",
    "RetireIndicator",
    "SaidRow",
    "export_indicators",
    "is_period",
    "months_before",
    "read_indicator",
]
