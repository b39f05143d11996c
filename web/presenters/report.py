"""A case on paper: facts, diagram, story, decisions, participants, and what is proved."""

from __future__ import annotations

from typing import Any

from web.context import engine
from web.presenters.case_lines import case_line
from web.presenters.diagram_svg import diagram_svg
from web.presenters.names import names_of
from web.presenters.people import actor_name, unit_name
from web.presenters.proof import proof_page
from web.presenters.replay import plain
from web.presenters.story import by_day, tell
from web.presenters.times import now
from web.presenters.values import facts
from workflow_engine import Actor


def report_page(case_id: str, actor: Actor) -> dict[str, Any]:
    """The template's values."""
    detail = engine().queries.get_case(case_id, actor)
    history = engine().queries.get_history(case_id, actor)
    names = names_of(detail.case.definition_id)
    moments = tell(history, names)
    definition = engine().queries.get_definition(detail.case.definition_id)
    line = case_line(detail.case)
    people = {row.actor_id: actor_name(row.actor_id, row.actor_name) for row in history}
    return {
        **proof_page(case_id, actor),
        "line": line,
        "drawing": diagram_svg(
            names.translate(definition.bpmn_xml), line.process_name, detail.completed_elements, detail.open_elements
        ),
        "days": by_day(moments),
        "plain": plain,
        "facts": facts(detail.variables, names),
        "participants": [(name, _unit(actor_id), _acts(history, actor_id)) for actor_id, name in people.items()],
        "printed_at": now(),
        "printed_by": actor_name(actor.actor_id),
    }


def _unit(actor_id: str) -> str:
    person = engine().queries.find_person(actor_id) if actor_id.startswith("user:") else None
    return unit_name(person) if person else ""


def _acts(history: Any, actor_id: str) -> int:
    return sum(1 for row in history if row.actor_id == actor_id)
