"""One thing done to many cases: chosen, previewed, begun, watched, paused and stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.case_lines import case_line
from web.presenters.operating import OPERATIONS, batch_line, item_state
from web.ui.requests import command_id, cursor, one_of, required_reason
from web.ui.values import typed_object
from workflow_engine import ContinueBatch, CreateBatch, InvalidVariablesError, PauseBatch, StopBatch, new_id

blueprint = Blueprint("batches", __name__)
PAGE_ROWS = 50
STATES = ("running", "paused", "finished", "stopped")
ITEM_STATES = ("pending", "done", "failed", "skipped")
BY_FORM = ("cancel", "suspend", "resume", "assign")
"""What can be begun from the list of batches; retry and migrate begin on their own pages."""


@blueprint.get("/operations/batches")
@requires("operate_cases")
def index() -> str:
    """Every batch there was, newest first, and the form for a new one."""
    state = one_of("state", STATES, "")
    found = engine().queries.operation.list_batches(current_actor(), state or None, after=cursor(), limit=PAGE_ROWS)
    return render_template("pages/batches.html", **_index_values(found, state))


@blueprint.post("/operations/batches/preview")
@requires("operate_cases")
def preview() -> str:
    """Whom it would be done to; nothing is changed by looking."""
    keep_input(_show_index_again)
    operation = request.form.get("operation", "")
    selection, parameters = _selection(), _parameters(operation)
    shown = engine().queries.operation.preview_batch(operation, selection, parameters, current_actor())
    return render_template("pages/batch_preview.html", **_preview_values(operation, selection, parameters, shown))


@blueprint.post("/operations/batches")
@requires("operate_cases")
def create() -> AnyResponse:
    """Begin what was previewed."""
    operation = request.form.get("operation", "")
    selection, parameters = _stored("selection"), _stored("parameters")
    keep_input(lambda error: _show_preview_again(operation, selection, parameters, error))
    count = request.form.get("count", "")
    batch_id = new_id()
    receipt = engine().handle(
        CreateBatch(
            command_id=command_id(), batch_id=batch_id, operation=operation, selection=selection,
            parameters=parameters, reason=required_reason(), expected_count=int(count) if count.isdigit() else None,
        ),
        current_actor(),
    )  # fmt: skip
    flash(_("The batch has begun."), "done")
    return redirect(url_for("batches.page", batch_id=receipt.result.get("batch_id", batch_id)), 303)


@blueprint.get("/operations/batches/<batch_id>")
@requires("operate_cases")
def page(batch_id: str) -> str:
    """How far it is, and what became of each."""
    return render_template("pages/batch.html", **_page_values(batch_id))


@blueprint.get("/operations/batches/<batch_id>/live")
@requires("operate_cases")
def live(batch_id: str) -> Response | str:
    """The part that changes; 204 once nothing will change any more."""
    values = _page_values(batch_id)
    if values["line"].row.state in ("finished", "stopped") and request.args.get("seen") == values["line"].row.state:
        return Response(status=204)
    return render_template("fragments/batch_live.html", **values)


@blueprint.post("/operations/batches/<batch_id>/<verb>")
@requires("operate_cases")
def change(batch_id: str, verb: str) -> AnyResponse:
    """Pause, continue or stop it."""
    kinds = {"pause": PauseBatch, "continue": ContinueBatch, "stop": StopBatch}
    if verb not in kinds:
        abort(404)
    keep_input(lambda error: render_template("pages/batch.html", **_page_values(batch_id), error=error))
    engine().queries.operation.get_batch(batch_id, current_actor())
    reason = required_reason() if verb == "stop" else request.form.get("reason", "").strip()
    engine().handle(kinds[verb](command_id=command_id(), batch_id=batch_id, reason=reason), current_actor())
    return redirect(url_for("batches.page", batch_id=batch_id), 303)


# ---------------------------------------------------------------------------------------------- what a form says
def _selection() -> dict[str, Any]:
    """Whom the form means: ticked stops, a cause, or cases and tasks by what they have in common."""
    form = request.form
    ticked = form.getlist("incident")
    if ticked:
        pairs = [one.rpartition(".") for one in ticked if one.rpartition(".")[2].isdigit()]
        return {"incidents": [[case_id, int(number)] for case_id, _dot, number in pairs]}
    names = ("cause", "process_id", "definition_id", "state", "element_id")
    found: dict[str, Any] = {name: form[name] for name in names if form.get(name)}
    if form.get("from_person"):
        found = {"assignee": form["from_person"]}
    return found


def _parameters(operation: str) -> dict[str, Any]:
    if operation == "retry":
        variables = typed_object("variables")
        return {"variables": variables} if variables else {}
    return {"assignee": request.form["to_person"]} if operation == "assign" and request.form.get("to_person") else {}


def _stored(name: str) -> dict[str, Any]:
    """What the preview carried along; checked again by the engine."""
    try:
        found = json.loads(request.form.get(name, "{}"))
    except ValueError:
        abort(400)
    return found if isinstance(found, dict) else {}


# ---------------------------------------------------------------------------------------------- what pages show
def _index_values(found: Any, state: str) -> dict[str, Any]:
    processes = {row.process_id: row for row in reversed(engine().queries.list_definitions())}
    return {
        "lines": [batch_line(row) for row in found.items],
        "next_cursor": found.next_cursor,
        "after": cursor(),
        "state": state,
        "states": STATES,
        "operations": [(name, OPERATIONS[name]) for name in BY_FORM],
        "processes": [(process_id, row.name) for process_id, row in processes.items()],
        "people": engine().queries.list_people(),
        "command_id": new_id,
    }


def _show_index_again(error: Any) -> str:
    found = engine().queries.operation.list_batches(current_actor(), limit=PAGE_ROWS)
    return render_template("pages/batches.html", **_index_values(found, ""), error=error, typed=request.form)


def _preview_values(
    operation: str, selection: Mapping[str, Any], parameters: Mapping[str, Any], shown: Any
) -> dict[str, Any]:
    return {
        "operation": operation,
        "title": OPERATIONS[operation],
        "selection": json.dumps(selection),
        "parameters": json.dumps(parameters),
        "variables": json.dumps(parameters.get("variables"), ensure_ascii=False) if "variables" in parameters else "",
        "assignee": parameters.get("assignee"),
        "preview": shown,
        "sample": [(case_line(case), subject) for case, subject in shown.sample],
        "command_id": new_id,
    }


def _show_preview_again(operation: str, selection: Mapping[str, Any], parameters: Mapping[str, Any], error: Any) -> str:
    shown = engine().queries.operation.preview_batch(operation, selection, parameters, current_actor())
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/batch_preview.html",
        **_preview_values(operation, selection, parameters, shown),
        error=error,
        problems=problems,
        typed=request.form,
    )


def _page_values(batch_id: str) -> dict[str, Any]:
    queries = engine().queries.operation
    row = queries.get_batch(batch_id, current_actor())
    state = one_of("state", ITEM_STATES, "")
    items = queries.list_batch_items(batch_id, state or None, after=cursor(), limit=PAGE_ROWS)
    return {
        "line": batch_line(row),
        "items": [(item, item_state(item.state)) for item in items.items],
        "item_states": [(name, item_state(name)) for name in ITEM_STATES],
        "next_cursor": items.next_cursor,
        "after": cursor(),
        "state": state,
        "command_id": new_id,
    }
