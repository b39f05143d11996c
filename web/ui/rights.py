"""Who may do what: the table of grants, and what waits for a second administrator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters import organisation as shown
from web.presenters.picking import HOLDERS, PEOPLE, ROLES, UNITS, picked
from web.ui.organisation import typed
from web.ui.requests import command_id, one_of, required_reason
from workflow_engine import POWER, DecideProposal, EngineError, GiveGrant, ProposePower, RevokeGrant, new_id

blueprint = Blueprint("rights", __name__)


@blueprint.get("/organisation/rights")
@requires("organisation.see")
def page() -> str:
    """The table and the proposals."""
    return _page()


@blueprint.post("/organisation/rights")
@requires("organisation.administer")
def give() -> Response:
    """Give a right: at once where it is no power over others, else as a proposal."""
    keep_input(_page)
    names = ("holder", "verb", "unit_id", "process_id")
    found = picked({name: request.form.get(name, "") for name in names}, holder=HOLDERS, unit_id=UNITS)
    content = {name: value.strip() or None for name, value in found.items()}
    reason = required_reason()
    if content["verb"] in POWER:
        _propose("grant", content, reason)
    else:
        command = GiveGrant(
            command_id=command_id(), holder=content["holder"] or "", verb=content["verb"] or "",
            unit_id=content["unit_id"], process_id=content["process_id"], reason=reason,
        )  # fmt: skip
        engine().handle(command, current_actor())
        flash(_("The right is given."), "done")
    return redirect(url_for("rights.page"), 303)


@blueprint.post("/organisation/rights/memberships")
@requires("organisation.administer")
def propose_membership() -> Response:
    """Propose that a person becomes a member of a group with power."""
    keep_input(_page)
    content = picked(typed(("person_id", "group_id")), person_id=PEOPLE, group_id=ROLES)
    _propose("membership", content, required_reason())
    return redirect(url_for("rights.page"), 303)


@blueprint.post("/organisation/rights/<grant_id>/revoke")
@requires("organisation.administer")
def revoke(grant_id: str) -> Response:
    """Take a right back."""
    keep_input(_page)
    engine().handle(RevokeGrant(command_id=command_id(), grant_id=grant_id, reason=required_reason()), current_actor())
    flash(_("The right is taken back."), "done")
    return redirect(url_for("rights.page"), 303)


@blueprint.post("/organisation/rights/proposals/<proposal_id>")
@requires("organisation.administer")
def decide(proposal_id: str) -> Response:
    """Agree to what another administrator proposed, decline it, or withdraw one's own."""
    keep_input(_page)
    decision = request.form.get("decision", "")
    engine().handle(
        DecideProposal(command_id=command_id(), proposal_id=proposal_id, decision=decision), current_actor()
    )
    flash(_("The proposal is decided."), "done")
    return redirect(url_for("rights.page"), 303)


def _propose(kind: str, content: dict[str, str | None] | dict[str, str], reason: str) -> None:
    command = ProposePower(command_id=command_id(), proposal_id=new_id(), kind=kind, content=content, reason=reason)
    engine().handle(command, current_actor())
    flash(_("Proposed. Another administrator has to agree."), "done")


def _page(error: EngineError | None = None) -> str:
    queries = engine().queries.organisation
    units = {unit.unit_id: unit for unit in queries.list_units()}
    by_verb: dict[str, list[shown.ShownGrant]] = {}
    for row in queries.list_grants():
        by_verb.setdefault(row.verb, []).append(shown.shown_grant(row, units))
    problems = shown.problems_of(error)
    return render_template(
        "pages/rights.html", by_verb=by_verb, shown=shown, units=units,
        open_proposals=queries.list_proposals("open"),
        processes=sorted({row.process_id for row in engine().queries.list_definitions()}),
        power=POWER, problems=problems, error=None if problems else error, typed=request.form,
        command_id=new_id, me=current_actor().actor_id, verb=one_of("verb", frozenset(shown.VERBS), ""),
    )  # fmt: skip
