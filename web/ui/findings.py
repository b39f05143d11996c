"""Findings of after-action reviews: all of them, those of one emergency, and adding one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.i18n import gettext as _
from web.presenters.after_findings import told_finding
from web.presenters.emergency_cards import card_of
from web.presenters.times import zone
from web.ui.requests import command_id, cursor
from workflow_engine import AddFinding, new_id

blueprint = Blueprint("findings", __name__, url_prefix="/emergency")
_ROLES = ("role:bureau_head", "role:duty_room", "role:district_lead")


@blueprint.get("/findings")
def index() -> str:
    """Over all emergencies; ``all=1``: the closed ones too."""
    everything = request.args.get("all") == "1"
    page = engine().queries.findings.page(current_actor(), only_open=not everything, after=cursor())
    return render_template(
        "pages/findings.html", findings=[told_finding(row) for row in page.items], next=page.next_cursor,
        everything=everything, figures=engine().queries.findings.figures(current_actor()),
    )  # fmt: skip


@blueprint.get("/<case_id>/findings")
def of_case(case_id: str) -> str:
    """Those of one emergency, and the form to add one."""
    return render_template("pages/findings_of_case.html", **_page(case_id))


@blueprint.post("/<case_id>/findings")
def add(case_id: str) -> Response:
    """A new one."""
    command = AddFinding(
        command_id=command_id(), source_case_id=case_id, finding_case_id=new_id(),
        what=request.form.get("what", ""), owner=request.form.get("owner", ""),
        due_at=_end_of(request.form.get("due_on", "")),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The finding is with its owner."), "done")
    return redirect(url_for("findings.of_case", case_id=case_id))


def _page(case_id: str) -> dict[str, Any]:
    actor = current_actor()
    view = engine().queries.emergencies.get(case_id, actor)
    units = [group for group in engine().queries.list_groups() if group.group_id.startswith("unit:")]
    now = engine().clock.now().astimezone(zone())
    return {
        "case_id": case_id,
        "card": card_of(view),
        "findings": [told_finding(row) for row in engine().queries.findings.of_case(case_id, actor)],
        "owners": [*_ROLES, *(group.group_id for group in units)],
        "first_day": now.date().isoformat(),
        "usual_day": (now + timedelta(days=30)).date().isoformat(),
        "command_id": new_id(),
    }


def _end_of(day: str) -> str:
    """The end of this day in the city's zone; what is no day stays as it is, to be refused with words."""
    try:
        date = datetime.fromisoformat(day).date()
    except ValueError:
        return day
    return datetime.combine(date, time(23, 59, 59), zone()).isoformat()
