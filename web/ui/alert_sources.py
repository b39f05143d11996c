"""Where alerts come from by themselves: each source, how asking it goes, and what became of what it gave."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.alert_sources import FIELD_NAMES, OUTCOMES, form_of, minutes, problem_words
from web.ui.requests import command_id, cursor
from workflow_engine import (
    CAP_CATEGORIES,
    CAP_SEVERITIES,
    EngineError,
    InvalidVariablesError,
    PauseAlertSource,
    PollAlertSource,
    RemoveAlertSource,
    ResumeAlertSource,
    SetAlertSource,
    new_id,
)

blueprint = Blueprint("alert_sources", __name__, url_prefix="/alerts/sources")
SEE, CHANGE = "import_alerts", "settings.change"
PAGE_ROWS = 50
_MOVES = {"pause": PauseAlertSource, "resume": ResumeAlertSource}
_EMPTY = {"every_minutes": "5", "least_severity": "Unknown", "signature": "present", "state": "active"}


@blueprint.get("")
@requires(SEE)
def index() -> str:
    """Every source, and the form for another."""
    return _list()


@blueprint.post("")
@requires(CHANGE)
def add() -> Response:
    """Ask another address from now on."""
    typed = _typed()
    keep_input(lambda error: _list(error, typed))
    source_id = new_id()
    engine().handle(_command(source_id, typed), current_actor())
    flash(_("%(name)s is asked from now on.", name=typed["name"]), "done")
    return redirect(url_for("alert_sources.page", source_id=source_id), 303)


@blueprint.get("/<source_id>")
@requires(SEE)
def page(source_id: str) -> str:
    """One source and what came from it."""
    return _page(source_id)


@blueprint.post("/<source_id>")
@requires(CHANGE)
def change(source_id: str) -> Response:
    """Ask it in another way from now on."""
    typed = _typed()
    keep_input(lambda error: _page(source_id, error, typed))
    engine().queries.alert_sources.get(source_id)
    engine().handle(_command(source_id, typed), current_actor())
    flash(_("Changed; everything there is read anew."), "done")
    return redirect(url_for("alert_sources.page", source_id=source_id), 303)


@blueprint.post("/<source_id>/<any(pause, resume):move>")
@requires(CHANGE)
def move(source_id: str, move: str) -> Response:
    """Stop asking, or go on."""
    engine().handle(_MOVES[move](command_id=command_id(), source_id=source_id), current_actor())
    return redirect(url_for("alert_sources.page", source_id=source_id), 303)


@blueprint.post("/<source_id>/poll")
@requires(SEE)
def poll(source_id: str) -> Response:
    """Ask now."""
    engine().handle(PollAlertSource(command_id=command_id(), source_id=source_id), current_actor())
    flash(_("It is asked within seconds."), "done")
    return redirect(url_for("alert_sources.page", source_id=source_id), 303)


@blueprint.post("/<source_id>/remove")
@requires(CHANGE)
def remove(source_id: str) -> Response:
    """Never ask it again."""
    name = engine().queries.alert_sources.get(source_id).name
    engine().handle(RemoveAlertSource(command_id=command_id(), source_id=source_id), current_actor())
    flash(_("%(name)s is not asked any more; the alerts that came from there stay.", name=name), "done")
    return redirect(url_for("alert_sources.index"), 303)


def _typed() -> dict[str, Any]:
    found: dict[str, Any] = {name: request.form.get(name, "").strip() for name in FIELD_NAMES}
    found["categories"] = request.form.getlist("categories")
    found["exercise"] = request.form.get("exercise") == "yes"
    return found


def _command(source_id: str, typed: dict[str, Any]) -> SetAlertSource:
    return SetAlertSource(
        command_id=command_id(), source_id=source_id, name=typed["name"], url=typed["url"],
        every_seconds=minutes(typed["every_minutes"]), categories=tuple(typed["categories"]),
        least_severity=typed["least_severity"], codes=tuple(typed["codes"].replace(",", " ").split()),
        words=tuple(typed["words"].splitlines()), box=typed["box"], signature=typed["signature"],
        certificates=typed["certificates"], exercise=typed["exercise"], unit_id=typed["unit_id"] or None,
    )  # fmt: skip


def _list(error: EngineError | None = None, typed: dict[str, Any] | None = None) -> str:
    return render_template(
        "pages/alert_sources.html", sources=engine().queries.alert_sources.list(), now=engine().clock.now(),
        **_form(error, typed or _EMPTY),
    )  # fmt: skip


def _page(source_id: str, error: EngineError | None = None, typed: dict[str, Any] | None = None) -> str:
    source = engine().queries.alert_sources.get(source_id)
    found = engine().queries.alert_sources.list_entries(source_id, cursor(), PAGE_ROWS)
    return render_template(
        "pages/alert_source.html", source=source, came=found.items, next_cursor=found.next_cursor, after=cursor(),
        outcomes=OUTCOMES, now=engine().clock.now(), **_form(error, typed or form_of(source)),
    )  # fmt: skip


def _form(error: EngineError | None, typed: dict[str, Any]) -> dict[str, Any]:
    problems = problem_words(error.problems) if isinstance(error, InvalidVariablesError) else {}
    return {
        "error": None if problems else error, "problems": problems, "typed": typed, "command_id": new_id(),
        "categories": CAP_CATEGORIES, "severities": CAP_SEVERITIES,
    }  # fmt: skip
