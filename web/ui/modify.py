"""Moving tokens of a case by hand: a plan is made step by step, its difference is shown, then it is applied.

Nothing is stored before it is applied: the plan travels in the form.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.case_lines import case_line
from web.presenters.diagram import diagram_of
from web.presenters.names import Names, names_of
from web.presenters.operating import difference_of, place_lines
from web.ui.requests import command_id, required_reason
from web.ui.values import typed_object
from workflow_engine import InvalidVariablesError, ModifyCase, PlanBasis, RejectedError, new_id

blueprint = Blueprint("modify", __name__)
MOST_STEPS = 50


@blueprint.get("/cases/<case_id>/modify")
@requires("operate_cases")
def page(case_id: str) -> str:
    """An empty plan."""
    return _show(case_id, [])


@blueprint.post("/cases/<case_id>/modify")
@requires("operate_cases")
def plan(case_id: str) -> Response | str:
    """Add a step, take one back, show the difference, or apply."""
    steps = _steps()
    keep_input(lambda error: _show(case_id, steps, error=error))
    do = request.form.get("act", "")
    if do.startswith("undo-") and do[5:].isdigit() and int(do[5:]) < len(steps):
        del steps[int(do[5:])]
        return _show(case_id, steps)
    if do in ("move", "cancel", "add"):
        steps.append(_new_step(do))
        return _show(case_id, steps)
    if do == "apply":
        command = _command(case_id, steps, required_reason())
        engine().handle(command, current_actor())
        flash(_("The case was changed as planned."), "done")
        return redirect(url_for("cases.page", case_id=case_id), 303)
    run = engine().dry_run(_command(case_id, steps, "…"), current_actor())
    names = names_of(engine().queries.operation.get_plan_basis(case_id, current_actor()).case.definition_id)
    return _show(case_id, steps, difference=difference_of(run, names))


def _command(case_id: str, steps: list[dict[str, Any]], reason: str) -> ModifyCase:
    version = request.form.get("case_version", "")
    return ModifyCase(
        command_id=command_id(), case_id=case_id, instructions=tuple(steps), variables=typed_object("variables"),
        reason=reason, case_version=int(version) if version.isdigit() else None,
    )  # fmt: skip


def _steps() -> list[dict[str, Any]]:
    """The plan so far, as the form carries it; the engine checks every word of it."""
    try:
        found = json.loads(request.form.get("plan", "[]"))
    except ValueError as error:
        raise RejectedError("Expected the plan as this page wrote it.") from error
    if not isinstance(found, list) or len(found) > MOST_STEPS or not all(isinstance(one, dict) for one in found):
        raise RejectedError("Expected the plan as this page wrote it.")
    return found


def _new_step(do: str) -> dict[str, Any]:
    token_id, element_id = request.form.get("token_id", ""), request.form.get("element_id", "")
    problems = {}
    if do != "add" and not token_id.isdigit():
        problems["token_id"] = _("Choose what is to be moved or withdrawn.")
    if do != "cancel" and not element_id:
        problems["element_id"] = _("Choose where it is to go on.")
    if problems:
        raise InvalidVariablesError(_("Something is not chosen yet."), problems)
    step: dict[str, Any] = {"do": do}
    if do != "add":
        step["token_id"] = int(token_id)
    if do != "cancel":
        step["element_id"] = element_id
    return step


def _show(case_id: str, steps: list[dict[str, Any]], *, difference: Any = None, error: Any = None) -> str:
    case = engine().queries.get_case(case_id, current_actor())
    basis = engine().queries.operation.get_plan_basis(case_id, current_actor())
    names = names_of(basis.case.definition_id)
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/modify.html",
        case=basis.case,
        line=case_line(basis.case),
        names=names,
        diagram=diagram_of(case),
        places=place_lines(basis.places, names),
        targets=sorted(
            ((names.element(target.element_id, target.name), target) for target in basis.targets),
            key=lambda pair: (pair[1].refused is not None, pair[0]),
        ),
        steps=[_told(step, basis, names) for step in steps],
        plan=json.dumps(steps),
        case_version=request.form.get("case_version", "") or str(basis.case_version),
        variables=request.form.get("variables", ""),
        known=json.dumps(dict(basis.variables), ensure_ascii=False, indent=1),
        reason=request.form.get("reason", ""),
        difference=difference,
        error=error if not problems else None,
        problems=problems,
        command_id=new_id,
    )


def _told(step: dict[str, Any], basis: PlanBasis, names: Names) -> str:
    """One step of the plan in words."""
    at = next((place.element_id for place in basis.places if place.token_id == step.get("token_id")), None)
    source, target = names.element(at) if at else "", names.element(str(step.get("element_id", "")))
    if step["do"] == "move":
        return _("Move %(source)s to %(target)s", source=source, target=target)
    if step["do"] == "add":
        return _("Begin at %(target)s as well", target=target)
    return _("Withdraw %(source)s", source=source)
