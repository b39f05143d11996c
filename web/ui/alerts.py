"""The duty room's start page: bring in an alert (CAP 1.2), see the case it started."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.i18n import ngettext
from web.permissions import requires
from web.presenters.choosing_people import chosen
from web.presenters.samples import sample_files, samples
from web.ui.requests import command_id, cursor
from workflow_engine import EngineError, ImportAlert, InvalidVariablesError, new_id, read_alert_file

blueprint = Blueprint("alerts", __name__)
PAGE_ROWS = 40
LONGEST = 1024 * 1024
MOST_AT_ONCE = 500
MOST_REFUSALS_TOLD = 5


@blueprint.get("/alerts")
@requires("import_alerts")
def index() -> str:
    """The alerts so far, and the form to bring in another."""
    return _index()


@blueprint.post("/alerts")
@requires("import_alerts")
def bring_in() -> Response:
    """Import one alert, or every alert of a feed."""
    text = request.form.get("text", "")
    as_exercise = request.form.get("exercise") == "yes"
    unit = request.form.get("unit", "").strip()
    keep_input(lambda error: _index(error, text, as_exercise, unit))
    unit_id = _unit(unit)
    found = read_alert_file(_content(text))
    key = command_id()[:32]
    receipts = [
        engine().handle(
            ImportAlert(
                command_id=f"{key}-{number}", alert=alert, source="web", exercise=as_exercise, unit_id=unit_id
            ),
            current_actor(),
        )
        for number, alert in enumerate(found.alerts[:MOST_AT_ONCE], 1)
    ]
    flash(ngettext("%(num)d alert was read.", "%(num)d alerts were read.", len(receipts)), "done")
    for refusal in found.refusals[:MOST_REFUSALS_TOLD]:
        flash(_("Not usable: %(what)s", what=refusal))
    cases = {receipt.case_id for receipt in receipts if receipt.case_id}
    if len(cases) == 1:
        return redirect(url_for("cases.page", case_id=cases.pop()), 303)
    return redirect(url_for("alerts.index"), 303)


def _content(text: str) -> bytes:
    sample = sample_files().get(request.form.get("sample", ""))
    if sample is not None:
        return sample.read_bytes()
    upload = request.files.get("file")
    content = upload.read() if upload and upload.filename else text.encode()
    if not content.strip():
        raise InvalidVariablesError("Expected an alert.", {"text": _("Choose a file or paste the alert.")})
    if len(content) > LONGEST:
        raise InvalidVariablesError("Expected a smaller alert.", {"text": _("An alert may have up to 1 MB.")})
    return content


def _unit(text: str) -> str | None:
    """The unit that was named, if one was."""
    if not text:
        return None
    kind, _colon, unit_id = chosen(text, "unit", groups=True).partition(":")
    if kind != "unit":
        raise InvalidVariablesError("Expected a unit.", {"unit": _("Name a unit.")})
    return unit_id


def _index(error: EngineError | None = None, text: str = "", as_exercise: bool = False, unit: str = "") -> str:
    found = engine().queries.get_alerts(after=cursor(), limit=PAGE_ROWS)
    return render_template(
        "pages/alerts.html",
        alerts=found.items,
        next_cursor=found.next_cursor,
        after=cursor(),
        error=error,
        problems=error.problems if isinstance(error, InvalidVariablesError) else {},
        findings=error.details.get("problems", []) if error and error.code == "cap_refused" else [],
        text=text,
        as_exercise=as_exercise,
        unit=unit,
        samples=samples(),
        command_id=new_id(),
    )
