"""Rehearsals: plans played many times over with simulated people, and what came of them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine, settings
from web.errors import keep_input
from web.i18n import current_language
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.names import in_language, names_of
from web.presenters.people import actor_name
from web.presenters.rehearsals import STATES, plan_choices
from web.presenters.samples import SHIPPED
from web.words import in_words
from workflow_engine import (
    MOST_REHEARSED,
    EngineError,
    InvalidVariablesError,
    RehearsalShelf,
    parse_json,
    report_file,
    report_parts,
)

blueprint = Blueprint("rehearsals", __name__, url_prefix="/rehearsals")
LONGEST_PLAN = 1024 * 1024
USUAL_CASES = 100


@blueprint.get("")
@requires("exercise.see")
def index() -> str:
    """What was rehearsed, and the form to ask for more."""
    return _index()


@blueprint.post("")
@requires("exercise.conduct")
def ask() -> Answer:
    """Have a plan played in the background."""
    keep_input(_index)
    definition_id, files = _chosen(request.form.get("plan", ""))
    uploaded = request.files.get("file")
    if uploaded is not None and uploaded.filename:
        files = [(Path(uploaded.filename).name[:100], _read(uploaded.stream.read(LONGEST_PLAN + 1), "file"))]
        definition_id = request.form.get("definition") or definition_id
    if not files:
        raise InvalidVariablesError(_("Expected a plan."), {"plan": _("choose one, or upload one")})
    other_definition, other = _chosen(request.form.get("against", ""))
    if other and other_definition == definition_id:
        files += other
    process_id = next(
        (row.process_id for row in engine().queries.list_definitions() if row.definition_id == definition_id), ""
    )
    folder = _folder(process_id)
    rehearsal_id = _shelf().ask(
        engine(), current_actor().actor_id, definition_id, files, cases=_number("cases", USUAL_CASES, MOST_REHEARSED),
        seed=_number("seed", 1, 2**31), folder=folder if folder.is_dir() else None,
    )  # fmt: skip
    _shelf().see_to_it(settings().database_url)
    flash(_("The rehearsal is played in the background; its result appears here."), "done")
    return redirect(url_for("rehearsals.page", rehearsal_id=rehearsal_id), 303)


@blueprint.get("/<rehearsal_id>")
@requires("exercise.see")
def page(rehearsal_id: str) -> str:
    """What came of one."""
    shelf = _shelf()
    row, result = shelf.get(rehearsal_id), shelf.result(rehearsal_id)
    if row.state in ("waiting", "running"):
        shelf.see_to_it(settings().database_url)
    told = None
    if result is not None:
        told = Markup(report_parts(result, _model(rehearsal_id, row.definition_id), _language()))  # noqa: S704 - escaped
    return render_template("pages/rehearsal.html", line=_line(row), told=told)


@blueprint.get("/<rehearsal_id>/report.html")
@requires("exercise.see")
def report(rehearsal_id: str) -> Response:
    """The same as one file to keep."""
    row, result = _shelf().get(rehearsal_id), _result(rehearsal_id)
    text = report_file(result, _model(rehearsal_id, row.definition_id), _language())
    return _file(text, "text/html", f"rehearsal-{rehearsal_id[:12]}.html")


@blueprint.get("/<rehearsal_id>/result.json")
@requires("exercise.see")
def data(rehearsal_id: str) -> Response:
    """The figures for programs."""
    text = json.dumps(_result(rehearsal_id), ensure_ascii=False, indent=2)
    return _file(text, "application/json", f"rehearsal-{rehearsal_id[:12]}.json")


@blueprint.post("/<rehearsal_id>/remove")
@requires("exercise.conduct")
def remove(rehearsal_id: str) -> Answer:
    """Take one away."""
    keep_input(_index)
    _shelf().remove(rehearsal_id)
    flash(_("The rehearsal is taken away."), "done")
    return redirect(url_for("rehearsals.index"), 303)


# ---- inside
def _index(error: EngineError | None = None) -> str:
    shelf = _shelf()
    rows = shelf.list()
    if any(row.state in ("waiting", "running") for row in rows):
        shelf.see_to_it(settings().database_url)
    released = [row for row in engine().queries.list_definitions() if row.state == "released"]
    choices = plan_choices(released, _folder)
    models = [(row.definition_id, in_language(row.name or "") or in_words(row.process_id)) for row in released]
    return render_template(
        "pages/rehearsals.html", lines=[_line(row) for row in rows], choices=choices, models=models, error=error,
        most=MOST_REHEARSED, typed=request.form, usual=USUAL_CASES,
    )  # fmt: skip


def _line(row: Any) -> dict[str, Any]:
    label, look, icon = STATES[row.state]
    return {
        "row": row, "state": _(label), "look": look, "icon": icon, "by": actor_name(row.asked_by),
        "process": in_words(row.process_id), "asked_at": datetime.fromisoformat(row.asked_at),
    }  # fmt: skip


def _model(rehearsal_id: str, definition_id: str) -> bytes:
    """The diagram with its names in the visitor's language."""
    return names_of(definition_id).translate(_shelf().model(rehearsal_id))


def _result(rehearsal_id: str) -> dict[str, Any]:
    found = _shelf().result(rehearsal_id)
    if found is None:
        raise InvalidVariablesError(_("Expected a result, but the rehearsal is not over."), {"state": _("not over")})
    return found


def _chosen(value: str) -> tuple[str, list[tuple[str, Any]]]:
    """The version and the content of a shipped plan: ``definition/file``."""
    definition_id, _slash, name = value.partition("/")
    for row in engine().queries.list_definitions():
        path = _folder(row.process_id) / "rehearsals" / name
        if name and row.definition_id == definition_id and path in _folder(row.process_id).glob("rehearsals/*.json"):
            return definition_id, [(name, _read(path.read_bytes(), "plan"))]
    return "", []


def _folder(process_id: str) -> Path:
    """Of a process as shipped; need not exist."""
    return (settings().processes_folder or SHIPPED) / (Path(process_id).name or "-")


def _read(content: bytes, field: str) -> Any:
    """Raises InvalidVariablesError."""
    if len(content) > LONGEST_PLAN:
        raise InvalidVariablesError(_("Expected a smaller plan."), {field: _("at most 1 MB")})
    return parse_json(content)


def _number(name: str, usual: int, most: int) -> int:
    text = request.form.get(name, "").strip()
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        wanted = _("Expected a whole number from 1 to %(most)d.", most=most)
        raise InvalidVariablesError(wanted, {name: wanted})
    return int(text)


def _language() -> str:
    return current_language().key


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=kind, headers=headers)


def _shelf() -> RehearsalShelf:
    shelf: RehearsalShelf = current_app.extensions["rehearsals"]
    return shelf
