"""What programs may ask and tell about indicators; part of ``web.api.table``."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import (
    AnswerIndicatorComment,
    CommentIndicator,
    CorrectIndicator,
    DefineIndicators,
    EnterIndicatorInputs,
    RetireIndicator,
)

INDICATOR = "/indicators/{indicator_id}"

INDICATORS: tuple[Ask | Tell, ...] = (
    Ask("list_indicator_values", "/indicators/values", "cases:read", "indicators.table"),
    Ask("list_indicator_series", f"{INDICATOR}/series", "cases:read", "indicators.series"),
    Ask("list_indicator_revisions", f"{INDICATOR}/revisions", "cases:read", "indicators.history"),
    Ask("list_indicator_publications", "/indicators/publications", "cases:read", "indicators.publications"),
    Ask("list_indicator_comments", "/indicators/comments", "cases:read", "indicators.comments"),
    Ask("list_indicator_inputs", "/indicators/inputs", "cases:read", "indicators.inputs"),
    Tell("define_indicators", "/indicators/define", "organisation:write", DefineIndicators),
    Tell("retire_indicator", f"{INDICATOR}/retire", "organisation:write", RetireIndicator),
    Tell("enter_indicator_inputs", "/indicators/inputs", "organisation:write", EnterIndicatorInputs),
    Tell("correct_indicator", f"{INDICATOR}/correct", "organisation:write", CorrectIndicator),
    Tell("comment_indicator", f"{INDICATOR}/comments", "cases:write", CommentIndicator, ("comment_id",)),
    Tell("answer_indicator_comment", "/indicators/comments/{comment_id}/answer", "organisation:write",
         AnswerIndicatorComment),
)  # fmt: skip
