"""Recorded decisions told in a sentence, from the version that took them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from workflow_engine.bpmn.decision_explaining import explain
from workflow_engine.bpmn.decisions import Decision, read_decisions
from workflow_engine.domain.errors import EngineError
from workflow_engine.engine import Engine


def explain_decision(engine: Engine, event: Mapping[str, Any], language: str) -> str | None:
    """Why a recorded ``decision.evaluated`` event came out as it did, in ``en`` or ``zh``.

    None when the version or the decision cannot be found. Erased values are left out of the sentence.
    """
    definition_id = event.get("definition_id")
    if not definition_id:
        return None
    try:
        decision = _find(engine, str(definition_id), str(event.get("decision_id")))
    except EngineError:
        return None
    return None if decision is None else explain(decision, event, language, name_marks=("“", "”"))


@lru_cache(maxsize=128)
def _find(engine: Engine, definition_id: str, decision_id: str) -> Decision | None:
    files = engine.queries.get_definition(definition_id).files
    tables = {name: content for name, content in files.items() if name.lower().endswith(".dmn")}
    for content in tables.values():
        decisions, _problems = read_decisions(content, tables, checks=False)
        found = decisions.find(decision_id)
        if found is not None:
            return found
    return None
