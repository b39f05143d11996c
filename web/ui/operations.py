"""What administrators do to a case: cancel, suspend, let it go on, retry a stopped step; the reason is on record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.case_page import case_page
from web.ui.requests import command_id, required_reason
from web.ui.values import typed_object
from workflow_engine import (
    CLOCK_CAUSES,
    CancelCase,
    CaseCommand,
    HoldCase,
    InvalidVariablesError,
    LiftHold,
    ResumeCase,
    RetryIncident,
    StartClock,
    StopClock,
    SuspendCase,
)

blueprint = Blueprint("operations", __name__)


@blueprint.post("/cases/<case_id>/suspend")
@requires("operate_cases")
def suspend(case_id: str) -> Response:
    """Stop the case where it stands; nothing in it can be completed until it goes on."""
    _keep(case_id, "suspend")
    command = SuspendCase(command_id=command_id(), case_id=case_id, reason=required_reason())
    return _handled(command, _("The case is suspended."))


@blueprint.post("/cases/<case_id>/resume")
@requires("operate_cases")
def resume(case_id: str) -> Response:
    """Let a suspended case go on."""
    _keep(case_id, "resume")
    reason = request.form.get("reason", "").strip()
    return _handled(ResumeCase(command_id=command_id(), case_id=case_id, reason=reason), _("The case goes on."))


@blueprint.post("/cases/<case_id>/stop-clock")
@requires("operate_cases")
def stop_clock(case_id: str) -> Response:
    """Every due date, and every timer in working time, stands still."""
    _keep(case_id, "stop_clock")
    cause = request.form.get("cause", "")
    if cause not in CLOCK_CAUSES:
        message = _("Choose what it waits for.")
        raise InvalidVariablesError(message, {"cause": message})
    command = StopClock(command_id=command_id(), case_id=case_id, cause=cause, reason=required_reason())
    return _handled(command, _("The clock of the case stands."))


@blueprint.post("/cases/<case_id>/start-clock")
@requires("operate_cases")
def start_clock(case_id: str) -> Response:
    """Deadlines go on, moved by the time that they stood."""
    _keep(case_id, "start_clock")
    command = StartClock(command_id=command_id(), case_id=case_id, reason=request.form.get("reason", "").strip())
    return _handled(command, _("The clock of the case runs again."))


@blueprint.post("/cases/<case_id>/cancel")
@requires("operate_cases")
def cancel(case_id: str) -> Response:
    """End the case for good."""
    _keep(case_id, "cancel")
    command = CancelCase(command_id=command_id(), case_id=case_id, reason=required_reason())
    return _handled(command, _("The case is cancelled."))


@blueprint.post("/cases/<case_id>/hold")
@requires("operate_cases")
def hold(case_id: str) -> Response:
    """Keep the case beyond its time."""
    _keep(case_id, "hold")
    command = HoldCase(command_id=command_id(), case_id=case_id, reason=required_reason())
    return _handled(command, _("The case is held: nothing of it is removed."))


@blueprint.post("/cases/<case_id>/lift-hold")
@requires("operate_cases")
def lift_hold(case_id: str) -> Response:
    """Let its time count again."""
    _keep(case_id, "lift_hold")
    command = LiftHold(command_id=command_id(), case_id=case_id, reason=required_reason())
    return _handled(command, _("The hold is lifted."))


@blueprint.post("/cases/<case_id>/incidents/<int:incident_no>/retry")
@requires("operate_cases")
def retry(case_id: str, incident_no: int) -> Response:
    """Try the stopped step again, with values mended where given."""
    _keep(case_id, f"retry-{incident_no}")
    command = RetryIncident(
        command_id=command_id(),
        case_id=case_id,
        incident_no=incident_no,
        variables=typed_object("variables"),
        reason=request.form.get("reason", "").strip() or None,
    )
    return _handled(command, _("The step was tried again."))


def _handled(command: CaseCommand | HoldCase | LiftHold, message: str) -> Response:
    engine().queries.get_case(command.case_id, current_actor())  # a case outside one's reach does not exist
    engine().handle(command, current_actor())
    flash(message, "done")
    return redirect(url_for("cases.page", case_id=command.case_id), 303)


def _keep(case_id: str, form: str) -> None:
    """Should the engine refuse, show the case again with the same form open and what was typed in it."""

    def show_again(error: Any) -> str:
        case = engine().queries.get_case(case_id, current_actor())
        problems = error.problems if isinstance(error, InvalidVariablesError) else {}
        values = {**case_page(case, current_actor()), "refused": form, "error": error, "problems": problems}
        return render_template("pages/case.html", **values, typed=request.form)

    keep_input(show_again)
