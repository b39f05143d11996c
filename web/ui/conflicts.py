"""Conflicts of interest: declared with parties once and for all, or with a single case."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may
from web.presenters import organisation as shown
from web.presenters.case_lines import case_line
from web.presenters.people import actor_name
from web.presenters.picking import PEOPLE, picked
from web.ui.organisation import typed
from web.ui.requests import command_id, required_reason
from workflow_engine import DeclareCaseConflict, EngineError, LiftCaseConflict, LoadOrganisation, new_id

blueprint = Blueprint("conflicts", __name__)


@blueprint.get("/conflicts")
def page() -> str:
    """Those of everybody for who sees the organisation, one's own for everybody else."""
    return _page()


@blueprint.post("/conflicts")
def declare() -> Response:
    """Each for themselves, administrators for others."""
    keep_input(_page)
    row = picked(typed(("person_id", "party", "reason")), person_id=PEOPLE)
    row["person_id"] = row.get("person_id") or current_actor().actor_id
    _load(conflicts=[{**row, "conflict_id": new_id()}])
    flash(_("The conflict of interest is noted."), "done")
    return redirect(url_for("conflicts.page"), 303)


@blueprint.post("/conflicts/<conflict_id>/remove")
def remove(conflict_id: str) -> Response:
    """Take one off the register: by an administrator who is not the person."""
    keep_input(_page)
    _load(removed=[{"kind": "conflict", "id": conflict_id}], reason=required_reason())
    flash(_("The conflict of interest is gone."), "done")
    return redirect(url_for("conflicts.page"), 303)


@blueprint.get("/cases/<case_id>/conflicts")
def of_case(case_id: str) -> str:
    """Who takes no part in a case."""
    return _of_case(case_id)


@blueprint.post("/cases/<case_id>/conflicts")
def declare_in_case(case_id: str) -> Response:
    """Take no further part in the case, or note it of somebody else."""
    keep_input(lambda error: _of_case(case_id, error))
    person = picked(typed(("person_id",)), person_id=PEOPLE).get("person_id") or current_actor().actor_id
    command = DeclareCaseConflict(
        command_id=command_id(), case_id=case_id, person_id=person, reason=required_reason()
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("Noted. What they held goes to others."), "done")
    return redirect(url_for("conflicts.of_case", case_id=case_id), 303)


@blueprint.post("/cases/<case_id>/conflicts/lift")
def lift(case_id: str) -> Response:
    """Let somebody take part again."""
    keep_input(lambda error: _of_case(case_id, error))
    command = LiftCaseConflict(
        command_id=command_id(), case_id=case_id, person_id=request.form.get("person_id", ""),
        reason=required_reason(),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("They may take part again."), "done")
    return redirect(url_for("conflicts.of_case", case_id=case_id), 303)


def _load(reason: str = "", **parts: object) -> None:
    engine().handle(LoadOrganisation(command_id=command_id(), reason=reason, **parts), current_actor())  # type: ignore[arg-type]  # rows as typed; the engine says what is wrong with them


def _page(error: EngineError | None = None) -> str:
    actor = current_actor()
    rows = [(row, actor_name(row.person_id)) for row in engine().queries.assigning.list_conflicts(actor)]
    problems = shown.problems_of(error)
    return render_template(
        "pages/conflicts.html", rows=rows, me=actor.actor_id, sees_all=may("organisation.see"), problems=problems,
        error=None if problems else error, typed=request.form, command_id=new_id,
    )  # fmt: skip


def _of_case(case_id: str, error: EngineError | None = None) -> str:
    actor = current_actor()
    people = engine().queries.assigning.case_conflicts(case_id, actor)
    case = engine().queries.get_case(case_id, actor)
    problems = shown.problems_of(error)
    return render_template(
        "pages/case_conflicts.html", people=[(one, actor_name(one)) for one in people], me=actor.actor_id,
        line=case_line(case.case), case=case.case, problems=problems, error=None if problems else error,
        typed=request.form, command_id=new_id,
    )  # fmt: skip
