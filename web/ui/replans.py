"""Running work re-planned for an emergency: what was called for, what it touches or would touch; and the table."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.emergency_cards import card_of
from web.presenters.names import in_language
from web.presenters.replanning import (
    DIRECTIONS,
    KINDS,
    PREVIEWED,
    call_to_preview,
    calls_of,
    lines_of,
    process_names,
    units_to_choose,
)
from web.ui.requests import command_id, cursor, required_reason
from workflow_engine import (
    ROMANS,
    ChangeReplanPolicy,
    EndReplan,
    EngineError,
    InvalidVariablesError,
    RevertReplan,
    new_id,
    replan_table,
)

blueprint = Blueprint("replans", __name__, url_prefix="/emergency")
PAGE_ROWS = 50
VERB = "emergency.replan"
POLICY_FILE = "replan.dmn"


@blueprint.get("/<case_id>/replan")
def page(case_id: str) -> str:
    """What the emergency called for, which cases it touches now, and what another level would touch."""
    return _page(case_id)


@blueprint.get("/<case_id>/replan/panel")
def panel(case_id: str) -> str:
    """The same in short, for the room of the emergency."""
    rows = engine().queries.replans.calls(case_id, current_actor())
    return render_template("fragments/replan_panel.html", case_id=case_id, calls=calls_of(rows[:3]), more=len(rows) > 3)


@blueprint.post("/<case_id>/replan/end")
@requires(VERB)
def end(case_id: str) -> Answer:
    """Give everything back, although the case did not say so."""
    reason = request.form.get("reason", "").strip()
    keep_input(lambda error: _page(case_id, error, reason=reason))
    engine().handle(EndReplan(command_id=command_id(), emergency_id=case_id, reason=required_reason()), current_actor())
    flash(_("Everything is being given back."), "done")
    return redirect(url_for("replans.page", case_id=case_id), 303)


@blueprint.post("/<case_id>/replan/take-out")
@requires("case.operate")
def take_out(case_id: str) -> Answer:
    """Give one case its time back, for a reason."""
    other = request.form.get("other", "")
    reason = request.form.get("reason", "").strip()
    keep_input(lambda error: _page(case_id, error, other=other, reason=reason))
    command = RevertReplan(command_id=command_id(), case_id=other, emergency_id=case_id, reason=required_reason())
    engine().handle(command, current_actor())
    flash(_("The case has its time back."), "done")
    return redirect(url_for("replans.page", case_id=case_id), 303)


@blueprint.get("/replan-table")
def table() -> str:
    """The city's table: how a task is treated that an emergency touches."""
    return _table()


@blueprint.get("/replan-table.dmn")
def table_file() -> Response:
    """The table in force as a file, to be changed and brought back."""
    version, content = engine().queries.replans.policy()
    answer = Response(content, mimetype="application/xml")
    answer.headers["Content-Disposition"] = f"attachment; filename=replan-{version}.dmn"
    return answer


@blueprint.post("/replan-table")
@requires("settings.change")
def change_table() -> Answer:
    """Another table for calls from now on."""
    reason = request.form.get("reason", "").strip()
    keep_input(lambda error: _table(error, reason))
    given = request.files.get("file")
    content = b"" if given is None else given.read()
    if not content:
        raise InvalidVariablesError(_("Choose a file."), {"file": _("This is needed.")})
    base = request.form.get("base_version", "0")
    command = ChangeReplanPolicy(
        command_id=command_id(), files={POLICY_FILE: content}, base_version=int(base) if base.isdigit() else 0,
        reason=required_reason(),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The table holds for calls from now on."), "done")
    return redirect(url_for("replans.table"), 303)


def _page(case_id: str, error: EngineError | None = None, *, other: str = "", reason: str = "") -> str:
    queries, actor = engine().queries.replans, current_actor()
    view = engine().queries.emergencies.get(case_id, actor)
    rows = queries.calls(case_id, actor)
    asked: dict[str, Any] = {**request.args.to_dict(), "units": request.args.getlist("unit")}
    call = call_to_preview(view, rows, asked)
    names = process_names()
    preview = queries.preview(case_id, call, actor) if request.args.get("preview") else None
    found = queries.cases(case_id, actor, cursor(), PAGE_ROWS)
    latest = rows[0] if rows else None
    failures = queries.failures(latest.replan_id, case_id, actor) if latest is not None and latest.failed else []
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/replan.html", card=card_of(view), case_id=case_id, calls=calls_of(rows), cases=found.items,
        next_cursor=found.next_cursor, after=cursor(), failures=failures, names=names, call=call, levels=ROMANS,
        directions=[(one, _(DIRECTIONS[one])) for one in PREVIEWED], units=units_to_choose(call.units),
        preview=preview, lines=[] if preview is None else lines_of(preview, names), kinds=KINDS,
        may_end=latest is not None and latest.direction != "end", error=None if problems else error,
        problems=problems, other=other, reason=reason, command_id=new_id, in_language=in_language,
    )  # fmt: skip


def _table(error: EngineError | None = None, reason: str = "") -> str:
    version, content = engine().queries.replans.policy()
    asks, says, rules = replan_table(content)
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/replan_table.html", version=version, asks=asks, says=says, rules=rules,
        versions=engine().queries.replans.policies(), error=None if problems else error, problems=problems,
        reason=reason, command_id=new_id, in_language=in_language,
    )  # fmt: skip
