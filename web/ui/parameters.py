"""Parameters of processes: what the city sets for them, and the page on which anybody reads that."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters import parameters as shown
from web.ui.requests import command_id, required_reason
from workflow_engine import EngineError, InvalidVariablesError, SetParameters, new_id

blueprint = Blueprint("parameters", __name__)


@blueprint.get("/organisation/parameters")
@requires("organisation.see")
def page() -> str:
    """What released processes declare, and what holds here."""
    return _page()


@blueprint.post("/organisation/parameters")
@requires("settings.change")
def change() -> Answer:
    """The next version of the profile; what is left empty goes back to what the process says."""
    keep_input(_page)
    values: dict[str, Any] = {}
    published: dict[str, str] = {}
    for row in engine().queries.parameters.list_parameters():
        name = row.parameter.name
        if f"v.{name}" in request.form:
            values[name] = request.form[f"v.{name}"].strip() or None
            published[name] = request.form.get(f"p.{name}", "").strip()
    base = request.form.get("base_version", "")
    command = SetParameters(
        command_id=command_id(), values=values, published=published, reason=required_reason(),
        base_version=int(base) if base.isascii() and base.isdigit() and len(base) < 9 else -1,
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The parameters are changed. They hold for what is reckoned from now on."), "done")
    return redirect(url_for("parameters.page"), 303)


@blueprint.get("/city/parameters")
def public() -> str:
    """For anybody: what the city sets for its procedures, and why where that lies beyond a legal bound."""
    rows = engine().queries.parameters.list_parameters()
    return render_template("pages/city_parameters.html", lines=[shown.line(row) for row in rows], passed=_passed(rows))


@blueprint.get("/city/parameters.json")
def public_data() -> Response:
    """The same for programs."""
    questions = engine().queries.parameters
    passed = [
        {"name": one.name, "version": one.version, "set_at": one.set_at.isoformat(), "value": one.value,
         "floor": one.floor, "ceiling": one.ceiling, "reason": one.published}
        for one in questions.list_passed_bounds()
    ]  # fmt: skip
    return jsonify({"parameters": [shown.data(row) for row in questions.list_parameters()], "passed_bounds": passed})


def _page(error: EngineError | None = None) -> str:
    rows = engine().queries.parameters.list_parameters()
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/parameters.html", lines=[shown.line(row) for row in rows], passed=_passed(rows),
        version=engine().queries.organisation.profile()[1], error=None if problems else error, typed=request.form,
        problems={name: shown.problem(what) for name, what in problems.items()}, command_id=new_id,
        units=shown.UNIT_NAMES,
    )  # fmt: skip


def _passed(rows: list[Any]) -> list[tuple[Any, str, str, str]]:
    """(what was set, its name, its value, the bounds) of every time a bound was passed."""
    known = {row.parameter.name: row.parameter for row in rows}
    return [
        (one, shown.title_of(one, known), shown.with_unit(one.value, unit), shown.bounds(one.floor, one.ceiling, unit))
        for one in engine().queries.parameters.list_passed_bounds()
        for unit in (known[one.name].unit if one.name in known else "",)
    ]
