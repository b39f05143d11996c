"""For administrators: what stopped and why, what waits outside, and how the product itself is."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.case_lines import case_line
from web.presenters.operating import cause_line
from web.presenters.operations import health_page
from web.ui.requests import command_id, cursor
from workflow_engine import NotPermittedError, RetryDelivery, may, new_id

blueprint = Blueprint("overview", __name__)
PAGE_ROWS = 50


@blueprint.get("/operations")
@requires("operate_cases")
def page() -> str:
    """Open stops, grouped by their cause."""
    causes = engine().queries.operation.list_causes(current_actor())
    return render_template("pages/operations.html", causes=[cause_line(row) for row in causes])


@blueprint.get("/operations/causes/<cause>")
@requires("operate_cases")
def cause(cause: str) -> str:
    """The stops of one cause, to be retried one, several or all at once."""
    queries, actor = engine().queries.operation, current_actor()
    row = queries.get_cause(cause, actor)
    found = queries.list_incidents_of(cause, actor, after=cursor(), limit=PAGE_ROWS)
    return render_template(
        "pages/cause.html",
        line=cause_line(row),
        rows=[(stopped.incident, case_line(stopped.case)) for stopped in found.items],
        next_cursor=found.next_cursor,
        after=cursor(),
        command_id=new_id,
    )


@blueprint.get("/operations/health")
@requires("operate_cases")
def health() -> str:
    """Clock, services, deliveries, messages: what is late, failed or undelivered, over all cases."""
    if not may(current_actor(), "case.operate"):
        raise NotPermittedError(_("This page is for those who operate every case."))
    return render_template("pages/operation_health.html", **health_page())


@blueprint.post("/operations/deliveries/retry")
@requires("operate_cases")
def retry_delivery() -> Response:
    """Have a delivery tried again that was given up."""
    command = RetryDelivery(command_id=command_id(), outbox_id=request.form.get("outbox_id", ""))
    engine().handle(command, current_actor())
    flash(_("The delivery is tried again."), "done")
    return redirect(url_for("overview.health"), 303)
