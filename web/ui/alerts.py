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
from web.ui.requests import command_id, cursor
from workflow_engine import EngineError, ImportAlert, InvalidVariablesError, new_id, read_alerts

blueprint = Blueprint("alerts", __name__)
PAGE_ROWS = 40
LONGEST = 1024 * 1024


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
    keep_input(lambda error: _index(error, text))
    content = _content(text)
    key = command_id()
    receipts = [
        engine().handle(ImportAlert(command_id=f"{key}-{number}"[:64], alert=alert, source="web"), current_actor())
        for number, alert in enumerate(read_alerts(content))
    ]
    flash(ngettext("%(num)d alert was read.", "%(num)d alerts were read.", len(receipts)), "done")
    cases = [receipt.case_id for receipt in receipts if receipt.case_id]
    if len(receipts) == 1 and cases:
        return redirect(url_for("cases.page", case_id=cases[0]), 303)
    return redirect(url_for("alerts.index"), 303)


def _content(text: str) -> bytes:
    upload = request.files.get("file")
    content = upload.read() if upload and upload.filename else text.encode()
    if not content.strip():
        raise InvalidVariablesError("Expected an alert.", {"text": _("Choose a file or paste the alert.")})
    if len(content) > LONGEST:
        raise InvalidVariablesError("Expected a smaller alert.", {"text": _("An alert may have up to 1 MB.")})
    return content


def _index(error: EngineError | None = None, text: str = "") -> str:
    found = engine().queries.get_alerts(after=cursor(), limit=PAGE_ROWS)
    return render_template(
        "pages/alerts.html", alerts=found.items, next_cursor=found.next_cursor, after=cursor(), error=error,
        problems=getattr(error, "problems", {}), text=text, command_id=new_id(), samples=[],
    )  # fmt: skip
