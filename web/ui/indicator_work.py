"""Staff's side of indicators: how far is counted, definitions, numbers from outside, months, what the public says."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may, requires
from web.presenters import indicators as shown
from web.ui.requests import command_id, required_reason
from workflow_engine import (
    AnswerIndicatorComment,
    CorrectIndicator,
    DefineIndicators,
    EngineError,
    EnterIndicatorInputs,
    InvalidVariablesError,
    RetireIndicator,
    export_indicators,
    new_id,
)

blueprint = Blueprint("indicator_work", __name__, url_prefix="/indicators")
MANAGE, ENTER, EXPORT = "indicator.manage", "indicator.enter", "case.export"
LARGEST_FILE = 1_000_000
INPUT_COLUMNS = ("series", "scope", "period", "value", "source", "dated_on")
WAITING_ROWS = 50


@blueprint.get("")
@requires(ENTER)
def page() -> str:
    """What is counted by which method, what comes from outside, which months there are, what waits."""
    return _page()


@blueprint.post("/definitions")
@requires(MANAGE)
def define() -> Response:
    """New indicators, or further versions of methods, from a file: one definition, or a list of them."""
    keep_input(_page)
    content = _file(_("Choose a file with definitions."))
    try:
        told = json.loads(content)
    except ValueError as error:
        raise InvalidVariablesError("Expected JSON.", {"file": str(error)}) from error
    definitions: list[dict[str, Any]] = told if isinstance(told, list) else [told]
    command = DefineIndicators(command_id=command_id(), definitions=definitions, reason=required_reason())
    defined = engine().handle(command, current_actor()).result["defined"]
    flash(_("%(number)s definitions are new or different.", number=defined), "done")
    return redirect(url_for("indicator_work.page"), 303)


@blueprint.post("/retire")
@requires(MANAGE)
def retire() -> Response:
    """Compute it no more, or again."""
    keep_input(_page)
    command = RetireIndicator(
        command_id=command_id(), indicator_id=request.form.get("indicator_id", ""), reason=required_reason(),
        retired=request.form.get("retired") == "yes",
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("That is kept."), "done")
    return redirect(url_for("indicator_work.page"), 303)


@blueprint.post("/inputs")
@requires(ENTER)
def enter() -> Response:
    """Numbers from outside: one typed, or a CSV file of them; all or none."""
    keep_input(_page)
    if request.files.get("file") and request.files["file"].filename:
        text = _file("").decode("utf-8-sig", "replace")
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text)))
    else:
        rows = [{name: request.form.get(name, "") for name in INPUT_COLUMNS}]
    command = EnterIndicatorInputs(command_id=command_id(), rows=rows)
    entered = engine().handle(command, current_actor()).result["entered"]
    flash(_("%(number)s numbers are kept, with their source.", number=entered), "done")
    return redirect(url_for("indicator_work.page"), 303)


@blueprint.post("/corrections")
@requires(MANAGE)
def correct() -> Response:
    """Compute a published indicator again."""
    keep_input(_page)
    command = CorrectIndicator(
        command_id=command_id(), period=request.form.get("period", ""), reason=required_reason(),
        indicator_id=request.form.get("indicator_id", ""),
    )  # fmt: skip
    changed = engine().handle(command, current_actor()).result["changed"]
    flash(_("%(number)s values are corrected.", number=changed), "done")
    return redirect(url_for("indicator_work.page"), 303)


@blueprint.post("/comments/<comment_id>")
@requires(MANAGE)
def answer(comment_id: str) -> Response:
    """Show what somebody said, or hide it."""
    keep_input(_page)
    command = AnswerIndicatorComment(
        command_id=command_id(), comment_id=comment_id, state=request.form.get("state", ""),
        answer=request.form.get("answer", ""),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("That is kept."), "done")
    return redirect(url_for("indicator_work.page"), 303)


@blueprint.get("/<period>.zip")
@requires(EXPORT)
def export(period: str) -> Response:
    """The log that a month was computed from, with a reader that computes it again."""
    content = export_indicators(engine().queries, period, current_actor())
    made = Response(content, mimetype="application/zip")
    made.headers.set("Content-Disposition", "attachment", filename=f"indicators-{period}.zip")
    return made


def _page(error: EngineError | None = None) -> str:
    questions = engine().queries.indicators
    problems = dict(error.problems) if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/indicators.html", definitions=questions.definitions(retired=True), counting=questions.counting(),
        inputs=questions.inputs(limit=50), series=questions.input_series(), publications=questions.publications(),
        waiting=questions.comments(waiting=True, limit=WAITING_ROWS).items, names=shown.scope_names(),
        root=questions.scopes().root, shown=shown, error=error, problems=problems, typed=request.form,
        columns=INPUT_COLUMNS, may_manage=may(MANAGE), may_export=may(EXPORT), new_command_id=new_id,
    )  # fmt: skip


def _file(missing: str) -> bytes:
    upload = request.files.get("file")
    content = upload.read(LARGEST_FILE + 1) if upload and upload.filename else b""
    if not content or len(content) > LARGEST_FILE:
        raise InvalidVariablesError("Expected a file.", {"file": missing or _("The file is empty or too large.")})
    return content
