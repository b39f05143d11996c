"""Keeping the register of resources: rows added, changed and moved one by one, or by a file with a look first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.presenters import request_intake as intake
from web.presenters import resource_register as register
from web.presenters import resources as words
from web.ui.requests import command_id
from workflow_engine import (
    EngineError,
    InvalidVariablesError,
    NotPermittedError,
    PutResources,
    ResourceDetail,
    ResourceFile,
    new_id,
    resource_csv,
)

blueprint = Blueprint("resource_register", __name__, url_prefix="/resources")
NOT_THERE = -1


@blueprint.get("/new")
def new() -> str:
    """A resource to add."""
    return _form(None)


@blueprint.post("/new")
def add() -> Answer:
    """Put it into the register."""
    keep_input(lambda error: _form(None, error))
    return _put(None, _("The resource stands in the register now."))


@blueprint.get("/<resource_id>/edit")
def edit(resource_id: str) -> str:
    """A resource to change."""
    return _form(_kept(resource_id))


@blueprint.post("/<resource_id>/edit")
def change(resource_id: str) -> Answer:
    """Write it as it was typed."""
    known = _kept(resource_id)
    keep_input(lambda error: _form(_kept(resource_id), error))
    return _put(known, _("The change is kept."))


@blueprint.get("/<resource_id>/place")
def place(resource_id: str) -> str:
    """Where it stands, to be set on a map or in words."""
    return _form(_kept(resource_id), part="place")


@blueprint.post("/<resource_id>/place")
def move(resource_id: str) -> Answer:
    """It stands elsewhere from now on."""
    known = _kept(resource_id)
    keep_input(lambda error: _form(_kept(resource_id), error, part="place"))
    return _put(known, _("Its new place is kept."))


@blueprint.get("/register.csv")
def export() -> Response:
    """The rows that one keeps as a file for spreadsheets; the same file comes in again."""
    _units()
    rows = engine().queries.resources.kept(current_actor())
    answer = Response(resource_csv([{name: getattr(one, name) for name in one.__slots__} for one in rows]),
                      mimetype="text/csv")  # fmt: skip
    answer.headers["Content-Disposition"] = "attachment; filename=resources.csv"
    return answer


@blueprint.get("/import")
def choose_file() -> str:
    """A file to look at."""
    _units()
    return _import()


@blueprint.post("/import")
def preview() -> str | tuple[str, int]:
    """What a file would change, line by line; nothing is written yet."""
    units = _names(_units())
    keep_input(_import)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise InvalidVariablesError("Expected a file.", {"file": _("Choose a file.")})
    read = ResourceFile(upload.filename, upload.read())
    judged = engine().queries.resources.judge(read.rows, current_actor())
    lines = register.preview(read, judged, units)
    counted = Counter(one.verdict for one in lines)
    page = render_template(
        "pages/resource_import.html", lines=lines, counted=counted, file=upload.filename, error=None, problems={},
        verdicts=register.VERDICTS, carried=register.carried(judged), command_id=new_id(),
        brought=counted["new"] + counted["changed"], most=register.MOST_BROUGHT,
    )  # fmt: skip
    return page if counted.keys() - {"refused"} else (page, 422)


@blueprint.post("/import/rows")
def bring_in() -> Answer:
    """Put the rows that the preview showed, all or nothing; what somebody changed meanwhile is looked at again."""
    keep_input(_import)
    rows, seen = register.taken_up(request.form.get("rows", ""))
    command = PutResources(command_id=command_id(), rows=rows, seen=seen)
    result = engine().handle(command, current_actor()).result
    flash(_("%(number)s resources are new or different.", number=result["changed"]), "done")
    return redirect(url_for("resources.index"), 303)


def _put(known: ResourceDetail | None, told: str) -> Answer:
    row = register.typed_row(request.form, known.row if known else None, command_id())
    row |= _community(row)
    text = request.form.get("seen", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else NOT_THERE
    command = PutResources(command_id=command_id(), rows=[row], seen={str(row["resource_id"]): seen})
    engine().handle(command, current_actor())
    flash(told, "done")
    return redirect(url_for("resources.page", resource_id=row["resource_id"]), 303)


def _community(row: Mapping[str, Any]) -> dict[str, Any]:
    """The community in which a pin stands, where none was chosen."""
    if row.get("place_code") or not row.get("lat") or not row.get("lon"):
        return {}
    found = engine().queries.places.at(*register.point(row))
    return {} if found is None else {"place_code": found.place_code}


def _kept(resource_id: str) -> ResourceDetail:
    """Raises NotFoundError, or NotPermittedError where it is not the actor's to keep."""
    detail = engine().queries.resources.get(resource_id, current_actor())
    if not detail.may_keep:
        raise NotPermittedError("Expected to change a resource, but it belongs to another unit.", verb="resource.keep")
    return detail


def _units() -> list[tuple[str, str, str]]:
    """Raises NotPermittedError where the actor keeps nothing."""
    found = engine().queries.resources.keepable_units(current_actor())
    if not found:
        raise NotPermittedError("Expected to keep the register, but you keep no unit's rows.", verb="resource.keep")
    return list(found)


def _names(units: list[tuple[str, str, str]]) -> dict[str, str]:
    return {unit_id: zh if words.is_chinese() else en or zh for unit_id, zh, en in units}


def _form(detail: ResourceDetail | None, error: EngineError | None = None, part: str = "") -> str:
    units = _names(_units())
    known = detail.row if detail else None
    problems = register.problem_words(error.problems) if isinstance(error, InvalidVariablesError) else {}
    typed = request.form if error else register.form_values(known, next(iter(units)) if len(units) == 1 else "")
    places = intake.places()
    if (code := typed.get("place_code")) and code not in {own for own, _name in places}:
        places = [(code, code), *places]
    return render_template(
        "pages/resource_form.html", detail=detail, row=known, typed=typed, problems=problems, error=error, part=part,
        units=units.items(), places=places, command_id=new_id(), seen=known.changes if known else NOT_THERE,
        type_groups=register.type_groups(known.kind if known else "", typed.get("type", "")), **words.WORDS,
    )  # fmt: skip


def _import(error: EngineError | None = None) -> str:
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/resource_import.html", lines=None, error=error,
        problems=problems if "file" in problems else register.problem_words(problems), command_id=new_id(),
    )  # fmt: skip
