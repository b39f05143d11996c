"""The areas of the product, in the order in which the band at the top shows them.

An area appears once its pages exist and the person may see it; what does not fit stands in the menu "More".
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for

from web.enterprise import is_enterprise
from web.i18n import gettext as _
from web.i18n import marked
from web.permissions import may


@dataclass(frozen=True, slots=True)
class Area:
    """One entry: its first page, and the blueprints whose pages belong to it."""

    label: str
    icon: str
    endpoint: str
    blueprints: tuple[str, ...]
    verb: str | None = None
    """Who does not hold it does not see the entry; None: everybody does."""
    key: str = ""
    """After g, this key goes there."""


@dataclass(frozen=True, slots=True)
class ShownArea:
    """An entry as this person sees it now."""

    label: str
    icon: str
    url: str
    is_current: bool
    key: str


AREAS = (
    Area(marked("Inbox"), "inbox", "inbox.page", ("inbox", "tasks", "task_verbs", "bulk", "views"), key="i"),
    Area(marked("Cases"), "cases", "cases.index", ("cases", "operations", "modify", "replay", "proof"), key="c"),
    Area(marked("Capture"), "upload", "capture.page", ("capture",), "service_request.submit"),
    Area(marked("Decisions"), "check", "decisions.index", ("decisions", "decisions_acts"), key="d"),
    Area(marked("Start"), "start", "catalogue.index", ("catalogue",), key="s"),
    Area(marked("Duty room"), "pulse", "emergency.board",
         ("emergency", "situation_reports", "emergency_replay", "findings", "destruction"), key="e"),
    Area(marked("Alerts"), "alert", "alerts.index", ("alerts", "alert_sources"), "import_alerts"),
    Area(marked("Supervision"), "chart", "supervision.board", ("supervision", "supervision_notices"), "supervision.see",
         "v"),
    Area(
        marked("Requests"), "message", "service_requests.index",
        ("service_requests", "service_request_acts", "hot_spots", "moderation"), "service_request.see", "r",
    ),
    Area(marked("Resources"), "models", "resources.index", ("resources", "resource_requests")),
    Area(marked("Exercises"), "play", "exercises.index", ("exercises",), "exercise.see"),
    Area(marked("Rehearsals"), "play", "rehearsals.index", ("rehearsals",), "exercise.see"),
    Area(marked("Models"), "models", "models.index", ("models", "models_work", "models_try", "coverage"),
         "see_models", "m"),
    Area(marked("Participation"), "people", "consultation_work.index", ("consultation_work",), "consultation.run"),
    Area(marked("Analysis"), "chart", "analysis.page", ("analysis",), "analysis.see", "a"),
    Area(marked("Indicators"), "chart", "indicator_work.page", ("indicator_work",), "indicator.enter"),
    Area(marked("Checkpoints"), "check", "record.page", ("record",), "case.export"),
    Area(
        marked("Operations"), "pulse", "overview.page", ("overview", "batches", "migrations", "webhooks"),
        "operate_cases", "o",
    ),
    Area(
        marked("Organisation"), "organisation", "organisation.page",
        ("organisation", "rights", "duty", "conflicts", "city", "categories"), "organisation.see", "u",
    ),
)


ENTERPRISE_AREAS = (
    Area(marked("Our tasks"), "inbox", "enterprise.desk", ("enterprise",), key="i"),
    Area(marked("Notices"), "document", "supervision_notices.index", ("supervision_notices",)),
    Area(marked("Resources"), "models", "resources.index", ("resources", "resource_requests")),
)


def shown_areas() -> list[ShownArea]:
    """What this person may go to."""
    here = request.blueprint or ""
    return [
        ShownArea(_(area.label), area.icon, url_for(area.endpoint), here in area.blueprints, area.key)
        for area in (ENTERPRISE_AREAS if is_enterprise() else AREAS)
        if area.endpoint in current_app.view_functions and (area.verb is None or may(area.verb))
    ]
