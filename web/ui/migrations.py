"""Running cases put on another version: chosen, mapped, tried on copies, then done as a batch."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.diagram import Diagram, diagram_of_definition
from web.presenters.names import names_of
from web.presenters.operating import rehearsal_page
from web.ui.requests import command_id, required_reason
from workflow_engine import (
    CreateBatch,
    DefinitionRow,
    ElementPair,
    InvalidVariablesError,
    NotFoundError,
    new_id,
)

blueprint = Blueprint("migrations", __name__)
MOST_TRIED = 100
"""Cases that are tried on copies before the page answers; each is tried again when its turn comes."""


@blueprint.get("/migrations")
@requires("operate_cases")
def index() -> str:
    """Processes whose cases run on an older version than the newest released one."""
    running = engine().queries.models.count_running()
    drills = engine().queries.models.count_running(exercises=True)
    by_process: dict[str, list[DefinitionRow]] = {}
    for row in engine().queries.list_definitions():
        by_process.setdefault(row.process_id, []).append(row)
    lines = []
    for rows in by_process.values():
        released = [row for row in rows if row.state == "released"]
        busy = [(row, running[row.definition_id]) for row in rows if running.get(row.definition_id)]
        if busy and released:
            name = names_of(rows[0].definition_id).process(rows[0].name)
            lines.append((name, rows[0].process_id, busy, released))
    return render_template("pages/migrations.html", lines=lines, drills=drills)


@blueprint.get("/migrations/plan")
@requires("operate_cases")
def page() -> str:
    """What each element becomes; by default the one of the same id."""
    return _show(request.args.get("from", ""), request.args.get("to", ""))


@blueprint.post("/migrations/plan")
@requires("operate_cases")
def plan() -> Response | str:
    """Try it on copies, or begin."""
    old_id, new_id_ = request.form.get("from", ""), request.form.get("to", "")
    mapping = _mapping()
    keep_input(lambda error: _show(old_id, new_id_, mapping=mapping, error=error))
    if request.form.get("act") == "apply":
        count = request.form.get("count", "")
        batch_id = new_id()
        command = CreateBatch(
            command_id=command_id(), batch_id=batch_id, operation="migrate", selection={"definition_id": old_id},
            parameters={"definition_id": new_id_, "mapping": mapping}, reason=required_reason(),
            expected_count=int(count) if count.isdigit() else None,
        )  # fmt: skip
        receipt = engine().handle(command, current_actor())
        flash(_("The migration has begun."), "done")
        return redirect(url_for("batches.page", batch_id=receipt.result.get("batch_id", batch_id)), 303)
    return _show(old_id, new_id_, mapping=mapping, try_it=True)


def _mapping() -> dict[str, str]:
    """Only what differs from the default: the element of the same id."""
    return {
        name[4:]: value
        for name, value in request.form.items()
        if name.startswith("map-") and value and value != name[4:]
    }


def _show(
    old_id: str, new_id_: str, *, mapping: dict[str, str] | None = None, try_it: bool = False, error: Any = None
) -> str:
    versions = {row.definition_id: row for row in engine().queries.list_definitions()}
    if old_id not in versions or new_id_ not in versions:
        raise NotFoundError("Expected two versions of a process, but at least one does not exist.")
    old, new = versions[old_id], versions[new_id_]
    pairs = engine().queries.operation.compare_versions(old.process_id, old_id, new_id_)
    old_names, new_names = names_of(old_id), names_of(new_id_)
    tried = None
    if try_it or (error is not None and mapping is not None):
        tried = engine().rehearse_migration(
            {"definition_id": old_id}, new_id_, mapping or {}, current_actor(), most=MOST_TRIED
        )
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/migration.html",
        old=old,
        new=new,
        name=old_names.process(old.name),
        pairs=[(old_names.element(pair.element_id, pair.name), _choices(pair, new_names)) for pair in pairs],
        elements=pairs,
        mapping=mapping or {},
        unmapped=[pair for pair in pairs if pair.proposed is None and pair.tokens],
        diagram=_where_cases_stand(old_id, pairs),
        rehearsal=rehearsal_page(tried, old_names, new_names) if tried is not None else None,
        mapping_json=json.dumps(mapping or {}),
        reason=request.form.get("reason", ""),
        error=error if not problems else None,
        problems=problems,
        command_id=new_id,
    )


def _where_cases_stand(definition_id: str, pairs: list[ElementPair]) -> Diagram:
    """The old version's diagram: how many tokens are where, and where some have stopped."""
    causes = engine().queries.operation.list_causes(current_actor())
    stopped = {row.element_id: None for row in causes if row.definition_id == definition_id and row.element_id}
    standing = {pair.element_id: pair.tokens for pair in pairs if pair.tokens}
    return replace(diagram_of_definition(definition_id), active=standing, stopped=list(stopped))


def _choices(pair: ElementPair, names: Any) -> tuple[ElementPair, list[tuple[str, str]]]:
    return pair, [(element_id, names.element(element_id)) for element_id in pair.candidates]
