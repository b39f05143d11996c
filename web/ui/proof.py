"""What can be proved about a case, and taking it out as a file."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request

from web.auth import current_actor
from web.context import engine
from web.presenters.proof import RunAgain, proof_page, run_again
from web.presenters.report import report_page
from web.ui.requests import command_id
from workflow_engine import ExportFile

blueprint = Blueprint("proof", __name__)
PIECE = 250


@blueprint.get("/cases/<case_id>/proof")
def page(case_id: str) -> str:
    """The proof; with ``run=1`` the case is run again for it, for those without scripts."""
    values = proof_page(case_id, current_actor())
    again = None
    if request.args.get("run"):
        again = _run(case_id, 0, values["proof"].entries)
        while again.next_seq is not None:
            again = _run(case_id, again.next_seq, again.total)
    return render_template("pages/proof.html", **values, again=again)


@blueprint.get("/cases/<case_id>/proof/again")
def again(case_id: str) -> str:
    """Run the next piece of the case again; the fragment asks for the one after."""
    after, total = (_number(name) for name in ("after", "total"))
    return render_template("fragments/run_again.html", case_id=case_id, again=_run(case_id, after, total))


@blueprint.post("/cases/<case_id>/export")
def export(case_id: str) -> Response:
    """The case as a file; put on record before it is handed out."""
    form = request.form.get("form", "")
    exporting, actor = engine().exporting, current_actor()
    if form == "bundle":
        return attachment(exporting.bundle(case_id, actor, command_id()))
    if form in ("xes", "ocel", "csv"):
        return attachment(exporting.event_log([case_id], form, actor, command_id()))
    if form != "report":
        abort(404)
    values = report_page(case_id, actor)
    html = render_template("pages/report.html", **values)
    exporting.note(case_id, "report", values["proof"].entries, html.encode(), actor)
    return Response(html, mimetype="text/html")


def attachment(made: ExportFile) -> Response:
    """A file to be saved, never shown."""
    answer = Response(made.content, mimetype=made.mimetype)
    plain = made.name.encode("ascii", "ignore").decode().replace("--", "-")
    names = {"filename": plain} | ({} if plain == made.name else {"filename*": f"UTF-8''{quote(made.name)}"})
    answer.headers.set("Content-Disposition", "attachment", **names)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _run(case_id: str, after: int, total: int) -> RunAgain:
    return run_again(engine().retelling.tell(case_id, current_actor(), after, PIECE), total)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
