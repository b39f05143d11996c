"""Rehearsals: plans played many times over with simulated people, and what came of them."""

from __future__ import annotations

import json
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
from web.presenters.rehearsals import GUESSED, PRECISIONS, left_in_words, line_of, plan_choices
from web.presenters.samples import SHIPPED
from web.ui.requests import command_id, cursor
from web.words import in_words
from workflow_engine import (
    MOST_REHEARSED,
    CancelRehearsal,
    EngineError,
    InvalidVariablesError,
    NotFoundError,
    RehearsalPlayer,
    RehearsalStory,
    RemoveRehearsal,
    contrasted,
    guessed_plan,
    parse_json,
    report_file,
    report_parts,
)

blueprint = Blueprint("rehearsals", __name__, url_prefix="/rehearsals")
LONGEST_PLAN = 1024 * 1024
USUAL_CASES = 100
USUAL_PRECISION = "5"
MOST_TRIED = 100
"""Cases of each try with one team more or fewer."""
OPEN = ("waiting", "running")


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
    if other and other_definition != definition_id:
        wanted = _("Expected to compare with a plan of the same process.")
        raise InvalidVariablesError(wanted, {"against": wanted})
    cases = _number("cases", USUAL_CASES, MOST_REHEARSED)
    folder = _folder(engine().queries.get_definition(definition_id).process_id)
    rehearsal_id = _player().ask(
        engine(), current_actor(), definition_id, [*files, *other], cases=cases, seed=_number("seed", 1, 2**31 - 1),
        what_if_cases=min(cases, MOST_TRIED) if request.form.get("what_if") else 0,
        precision=int(request.form.get("precision", "0")) / 100 if request.form.get("precision") in PRECISIONS else 0,
        folder=folder if folder.is_dir() else None,
    )  # fmt: skip
    _player().see_to_it(engine())
    flash(_("The rehearsal is played in the background; its result appears here."), "done")
    return redirect(url_for("rehearsals.page", rehearsal_id=rehearsal_id), 303)


@blueprint.get("/<rehearsal_id>")
@requires("exercise.see")
def page(rehearsal_id: str) -> str:
    """What came of one; ``against``: another one of the same luck beside it."""
    story = _story(rehearsal_id)
    row = story.row
    if row.state in OPEN:
        _player().see_to_it(engine())
    told, beside = None, request.args.get("against", "")
    like = engine().queries.rehearsals.like(story, current_actor()) if row.state == "done" else []
    others = [(one.rehearsal_id, in_language(one.name), one.asked_at) for one in like]
    if story.result is not None:
        told = Markup(report_parts(_compared(story, beside), _model(row.definition_id), _language()))  # noqa: S704 - escaped
    progress = _player().progress(rehearsal_id) if row.state == "running" else None
    return render_template(
        "pages/rehearsal.html", line=line_of(row, _language(), _names()), told=told, story=story, others=others,
        beside=beside, progress=progress, left=None if progress is None else left_in_words(progress),
    )  # fmt: skip


@blueprint.get("/<rehearsal_id>/report.html")
@requires("exercise.see")
def report(rehearsal_id: str) -> Response:
    """The same as one file to keep."""
    story = _played(rehearsal_id)
    compared = _compared(story, request.args.get("against", ""))
    text = report_file(compared, _model(story.row.definition_id), _language())
    return _file(text, "text/html", f"rehearsal-{rehearsal_id[:12]}.html")


@blueprint.get("/<rehearsal_id>/result.json")
@requires("exercise.see")
def data(rehearsal_id: str) -> Response:
    """The figures for programs."""
    text = json.dumps(_played(rehearsal_id).result, ensure_ascii=False, indent=2)
    return _file(text, "application/json", f"rehearsal-{rehearsal_id[:12]}.json")


@blueprint.get("/<rehearsal_id>/plan.json")
@requires("exercise.see")
def plan(rehearsal_id: str) -> Response:
    """The plan as it was played, to change and upload again."""
    document = json.loads(_story(rehearsal_id).files["plan.json"])
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _file(text, "application/json", f"plan-{rehearsal_id[:12]}.json")


@blueprint.post("/<rehearsal_id>/cancel")
@requires("exercise.conduct")
def cancel(rehearsal_id: str) -> Answer:
    """Stop it, or do not begin."""
    keep_input(_index)
    engine().handle(CancelRehearsal(command_id=command_id(), rehearsal_id=rehearsal_id), current_actor())
    flash(_("The rehearsal is cancelled."), "done")
    return redirect(url_for("rehearsals.page", rehearsal_id=rehearsal_id), 303)


@blueprint.post("/<rehearsal_id>/remove")
@requires("exercise.conduct")
def remove(rehearsal_id: str) -> Answer:
    """Take one away."""
    keep_input(_index)
    engine().handle(RemoveRehearsal(command_id=command_id(), rehearsal_id=rehearsal_id), current_actor())
    flash(_("The rehearsal is taken away."), "done")
    return redirect(url_for("rehearsals.index"), 303)


# ---- inside
def _index(error: EngineError | None = None) -> str:
    names = _names()
    found = engine().queries.rehearsals.page(current_actor(), cursor())
    if any(row.state in OPEN for row in found.items):
        _player().see_to_it(engine())
    # The newest version of each process: they come the newest first, and the last one written counts.
    rows = [row for row in reversed(engine().queries.list_definitions()) if row.state == "released"]
    released = sorted({row.process_id: row for row in rows}.values(), key=lambda row: row.process_id)
    models = [(row.definition_id, in_language(row.name or "") or in_words(row.process_id)) for row in released]
    return render_template(
        "pages/rehearsals.html", lines=[line_of(row, _language(), names) for row in found.items],
        next_cursor=found.next_cursor, after=cursor(), choices=plan_choices(released, _folder), models=models,
        error=error, most=MOST_REHEARSED, typed=request.form, usual=USUAL_CASES, precisions=PRECISIONS,
        usual_precision=USUAL_PRECISION,
    )  # fmt: skip


def _names() -> dict[str, str]:
    """What each stored version is called."""
    return {row.definition_id: row.name or "" for row in engine().queries.list_definitions()}


def _story(rehearsal_id: str) -> RehearsalStory:
    return engine().queries.rehearsals.get(rehearsal_id, current_actor())


def _played(rehearsal_id: str) -> RehearsalStory:
    """One with a result. Raises InvalidVariablesError."""
    story = _story(rehearsal_id)
    if story.result is None:
        raise InvalidVariablesError(_("Expected a result, but the rehearsal is not over."), {"state": _("not over")})
    return story


def _compared(story: RehearsalStory, other_id: str) -> dict[str, Any]:
    """The result, with that of another rehearsal beside it where one is asked for."""
    result = dict(story.result or {})
    if not other_id:
        return result
    other = _played(other_id).result
    return result if other is None else contrasted(result, other)


def _model(definition_id: str) -> bytes | None:
    """The diagram with its names in the visitor's language; None where the version is gone."""
    try:
        xml = engine().queries.get_definition(definition_id).bpmn_xml
    except NotFoundError:
        return None
    return names_of(definition_id).translate(xml)


def _chosen(value: str) -> tuple[str, list[tuple[str, Any]]]:
    """The version and the content of a plan: ``definition/file`` of a shipped one, or of one that is guessed."""
    definition_id, _slash, name = value.partition("/")
    row = next((one for one in engine().queries.list_definitions() if one.definition_id == definition_id), None)
    if row is None or not name:
        return "", []
    folder = _folder(row.process_id)
    if name == GUESSED:
        files = engine().queries.get_definition(definition_id).files
        return definition_id, [(name, guessed_plan(row.process_id, files, folder if folder.is_dir() else None))]
    path = folder / "rehearsals" / name
    if path in folder.glob("rehearsals/*.json"):
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


def _player() -> RehearsalPlayer:
    player: RehearsalPlayer = current_app.extensions["rehearsals"]
    return player
