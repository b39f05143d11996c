"""What is marked on a diagram, as data for ``static/js/diagram.js``; it draws every text as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import url_for

from web.i18n import current_language
from web.i18n import gettext as _
from web.permissions import may
from web.presenters.findings import finding_text
from workflow_engine import CaseDetail, CaseRow, Problem

_GRAVITY = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Diagram:
    """A model's picture with marks by element id."""

    url: str
    active: Mapping[str, int] = field(default_factory=dict)
    """Number of open tokens by element."""
    completed: Sequence[str] = ()
    here: Sequence[str] = ()
    focus: Sequence[str] = ()
    """What to show first when the whole would be too small."""
    stopped: Sequence[str] = ()
    problems: Sequence[Mapping[str, str]] = ()

    @property
    def marks(self) -> str:
        """The marks as JSON."""
        marks = {
            "active": dict(self.active),
            "completed": list(self.completed),
            "here": list(self.here),
            "focus": list(self.focus),
            "stopped": list(self.stopped),
            "problems": list(self.problems),
        }
        return json.dumps(marks, ensure_ascii=False, separators=(",", ":"))

    @property
    def words(self) -> str:
        """Texts the script needs, in the visitor's language."""
        return json.dumps(
            {
                "here": _("You are here"),
                "active": _("Open now"),
                "stopped": _("Stopped"),
                "failed": _("The diagram cannot be drawn. The list beside it says the same."),
            },
            ensure_ascii=False,
        )


def diagram_of(
    case: CaseDetail, here: Sequence[str] = (), focus: Sequence[str] = (), url: str | None = None
) -> Diagram:
    """The diagram of a case as it stands; ``url`` is where its source is, if not at its version."""
    active: dict[str, int] = {}
    for element_id in case.open_elements:
        active[element_id] = active.get(element_id, 0) + 1
    stopped = [i.element_id for i in case.incidents if i.state == "open" and i.element_id]
    completed = [element for element in case.completed_elements if element not in active]
    return Diagram(url or _url_in_case(case.case), active, completed, here, focus, stopped)


def diagram_of_definition(definition_id: str, problems: Iterable[Problem] = ()) -> Diagram:
    """The diagram of a model with its problems pinned on."""
    return diagram_with_problems(_url(definition_id), problems)


def diagram_with_problems(url: str, problems: Iterable[Problem]) -> Diagram:
    """A diagram with one pin per element that has problems: how many there are, and how grave the gravest is."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.element_id:
            found.setdefault(problem.element_id, []).append(problem)
    pins = [
        {
            "element": element_id,
            "severity": min((problem.severity for problem in here), key=_GRAVITY.index),
            "text": "\n".join(finding_text(problem) for problem in here),
            "sign": "!" if len(here) == 1 else f"! {len(here)}",
        }
        for element_id, here in found.items()
    ]
    return Diagram(url, problems=pins)


def _url_in_case(case: CaseRow) -> str:
    """Who sees the models themselves needs no case, and one copy in the browser serves all of them."""
    sees_models = may("see_models", process_id=case.process_id)
    return url_for(
        "models.xml", definition_id=case.definition_id, language=current_language().tag,
        case=None if sees_models else case.case_id,
    )  # fmt: skip


def _url(definition_id: str) -> str:
    return url_for("models.xml", definition_id=definition_id, language=current_language().tag)
