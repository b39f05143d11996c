"""Variables of a case: what may enter (``clean_variables``, ``parse_json``) and how branches meet (``merge3``)."""

from __future__ import annotations

from workflow_engine.domain.json_text import parse_json
from workflow_engine.domain.json_values import (
    DEFAULT_LIMITS,
    MAX_SAFE_INTEGER,
    VariableLimits,
    clean_value,
    clean_variables,
    is_variable_name,
    path_text,
)
from workflow_engine.domain.merging import Conflict, merge3, merge_branches, same_json

__all__ = [
    "DEFAULT_LIMITS",
    "MAX_SAFE_INTEGER",
    "Conflict",
    "VariableLimits",
    "clean_value",
    "clean_variables",
    "is_variable_name",
    "merge3",
    "merge_branches",
    "parse_json",
    "path_text",
    "same_json",
]
