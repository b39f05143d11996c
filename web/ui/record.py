"""The record as a whole: checkpoints to be kept outside, proofs between them, and exports of many cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, jsonify, render_template, request

from web.auth import current_actor
from web.context import engine
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.names import names_of
from web.presenters.times import zone
from web.ui.proof import attachment
from web.ui.requests import command_id, cursor
from workflow_engine import InvalidVariablesError, new_id, verifier_source

blueprint = Blueprint("record", __name__)
PAGE_ROWS = 30
MOST_CASES = 1_000
FORMS = ("xes", "ocel", "csv")


@blueprint.get("/audit/checkpoints")
@requires("case.export")
def page() -> str:
    """Signed checkpoints, the newest first, and exports of many cases."""
    found = engine().queries.log.checkpoints(cursor(), PAGE_ROWS)
    processes = {row.process_id: row for row in reversed(engine().queries.list_definitions())}
    return render_template(
        "pages/record.html", checkpoints=found.items, next_cursor=found.next_cursor, after=cursor(),
        log_size=engine().queries.log.size(), most=MOST_CASES, command_id=new_id(),
        processes=[(row.process_id, names_of(row.definition_id).process(row.name)) for row in processes.values()],
    )  # fmt: skip


@blueprint.get("/audit/checkpoints/<int:size>.txt")
@requires("case.export")
def checkpoint(size: int) -> Response:
    """One checkpoint as its signed note."""
    row = engine().queries.log.checkpoint(size)
    answer = Response(row.note, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f"attachment; filename=checkpoint-{size}.txt"
    return answer


@blueprint.get("/audit/consistency")
@requires("case.export")
def consistency() -> Response:
    """The proof that the log only grew between the sizes ``old`` and ``new``, as JSON."""
    old, new = (request.args.get(name, 0, type=int) for name in ("old", "new"))
    return jsonify(old_size=old, new_size=new, proof=engine().queries.log.consistency(old, new))


@blueprint.get("/audit/verify_case.py")
def verifier() -> Response:
    """The stand-alone verifier of exported cases."""
    answer = Response(verifier_source(), mimetype="text/x-python")
    answer.headers["Content-Disposition"] = "attachment; filename=verify_case.py"
    return answer


@blueprint.post("/audit/export")
@requires("case.export")
def export() -> Response:
    """Many cases as one event log; the newest ``MOST_CASES`` of those started on these days."""
    form = request.form.get("form", "")
    first, last = _day("from"), _day("to")
    process_id = request.form.get("process", "") or None
    chosen: list[str] = []
    after: str | None = None
    while len(chosen) < MOST_CASES:
        found = engine().queries.find_cases(current_actor(), process_id=process_id, after=after, limit=500)
        chosen += [row.case_id for row in found.items if _is_within(row.started_at, first, last)]
        after = found.next_cursor
        if after is None or (first and found.items and _is_before(found.items[-1].started_at, first)):
            break
    if form not in FORMS or not chosen:
        raise InvalidVariablesError("Expected cases to export.", {"form": _("No case was started on these days.")})
    return attachment(engine().exporting.event_log(chosen[:MOST_CASES], form, current_actor(), command_id()))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _is_before(at: datetime, day: date) -> bool:
    return at.astimezone(zone()).date() < day


def _is_within(at: datetime, first: date | None, last: date | None) -> bool:
    return not (first and _is_before(at, first)) and not (last and not _is_before(at, last + timedelta(days=1)))
