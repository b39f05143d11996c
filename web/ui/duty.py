"""Who is on duty when, and who stands in for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may, requires
from web.presenters import organisation as shown
from web.presenters.picking import DUTIES, PEOPLE, picked
from web.presenters.times import now, zone
from web.security import safe_next
from web.ui.account import render_account
from web.ui.organisation import change, typed
from workflow_engine import EngineError, InvalidVariablesError, NotFoundError, new_id

blueprint = Blueprint("duty", __name__)


@blueprint.get("/organisation/duty")
@requires("organisation.see")
def page() -> str:
    """A week as a table, and the same as a list."""
    return _page()


@blueprint.post("/organisation/duty")
@requires("organisation.administer")
def add() -> Response:
    """Put somebody on duty."""
    keep_input(_page)
    row = picked(typed(("group_id", "person_id")), group_id=DUTIES, person_id=PEOPLE)
    begin = row["from_at"] = _local("from_at")
    row["until_at"] = _local("until_at")
    change(_("The duty is on the roster."), shifts=[{**row, "shift_id": new_id()}])
    return redirect(url_for("duty.page", week=begin[:10]), 303)


@blueprint.post("/organisation/duty/<shift_id>/remove")
@requires("organisation.administer")
def remove(shift_id: str) -> Response:
    """Take a duty off the roster."""
    change(_("The duty is off the roster."), removed=[{"kind": "shift", "id": shift_id}])
    return redirect(url_for("duty.page", week=request.form.get("week") or None), 303)


@blueprint.get("/organisation/deputies")
@requires("organisation.see")
def deputies() -> str:
    """Everybody's deputies from today on."""
    return _deputies()


@blueprint.post("/organisation/deputies")
def add_deputy() -> Response:
    """Say who stands in: each for themselves, administrators for others."""
    is_of_all = may("organisation.administer") and request.form.get("next") == url_for("duty.deputies")
    keep_input(_deputies if is_of_all else render_account)
    row = typed(("person_id", "stand_in", "from_on", "until_on", "process_id"))
    row = picked(row, person_id=PEOPLE, stand_in=PEOPLE)
    row["person_id"] = row.get("person_id") or current_actor().actor_id
    change(_("The deputy is set."), deputies=[{**row, "deputy_id": new_id()}])
    return redirect(safe_next(request.form.get("next"), url_for("account.page")), 303)


@blueprint.post("/organisation/deputies/<deputy_id>/remove")
def remove_deputy(deputy_id: str) -> Response:
    """Nobody stands in any more."""
    found = engine().queries.organisation.find_deputy(deputy_id)
    if found is None or not (found.person_id == current_actor().actor_id or may("organisation.administer")):
        raise NotFoundError("Expected a deputy of yours, but there is none.")
    change(_("The deputy is gone."), removed=[{"kind": "deputy", "id": deputy_id}])
    return redirect(safe_next(request.form.get("next"), url_for("account.page")), 303)


def _local(name: str) -> str:
    """The instant typed in the city's time. Raises InvalidVariablesError."""
    text = request.form.get(name, "")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone()).astimezone(UTC).isoformat()
    except ValueError:
        raise InvalidVariablesError("Expected a day and a time.", {name: _("A day and a time.")}) from None


def _page(error: EngineError | None = None) -> str:
    today = now().astimezone(zone()).date()
    try:
        asked = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        asked = today
    days = shown.week_of(asked, today)
    start = datetime.combine(days[0].day, time.min, zone())
    shifts = engine().queries.organisation.list_shifts(start, start + timedelta(days=7))
    problems = shown.problems_of(error)
    groups = engine().queries.list_groups()
    return render_template(
        "pages/duty.html", days=days, table=shown.duty_table(shifts, days), shifts=shifts, shown=shown, groups=groups,
        before=days[0].day - timedelta(days=7), after=days[0].day + timedelta(days=7),
        problems=problems, error=None if problems else error, typed=request.form, command_id=new_id,
    )  # fmt: skip


def _deputies(error: EngineError | None = None) -> str:
    problems = shown.problems_of(error)
    found = engine().queries.organisation.list_deputies()
    return render_template(
        "pages/deputies.html", deputies=shown.deputy_lines(found), shown=shown, problems=problems,
        error=None if problems else error, typed=request.form, command_id=new_id,
    )  # fmt: skip
