"""The organisation: the tree, one unit with its positions and people, and people one by one."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters import organisation as shown
from web.presenters.picking import PEOPLE, ROLES, UNITS, picked
from web.ui.requests import command_id, cursor, required_reason, search_words
from workflow_engine import EngineError, LoadOrganisation, ResetPassword, hash_password, new_id

blueprint = Blueprint("organisation", __name__)
PAGE_ROWS = 40
MOST_WHOLE = 400
"""A tree with more units is shown with its upper levels only; the rest is one click or a search away."""
UNIT_FIELDS = ("unit_id", "parent_id", "level", "name_zh", "name_en", "subject_class", "functions", "place_code")
POSITION_FIELDS = ("position_id", "unit_id", "name_zh", "name_en", "person_id")
PERSON_FIELDS = ("person_id", "sign_in_name", "display_name_zh", "display_name_en", "unit_id", "email")


def change(message: str, **parts: Any) -> None:
    """Send one change of the organisation, and say that it is done."""
    engine().handle(LoadOrganisation(command_id=command_id(), reason=reason(), **parts), current_actor())
    flash(message, "done")


def typed(names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a form, trimmed."""
    return {name: request.form.get(name, "").strip() for name in names if name in request.form}


def reason() -> str:
    """The reason typed into the form; not every form asks for one."""
    return request.form.get("reason", "").strip()[:2_000]


# ------------------------------------------------------------------------------------------------ units
@blueprint.get("/organisation")
@requires("organisation.see")
def page() -> str:
    """The tree, or what a search finds in it."""
    return _tree()


@blueprint.post("/organisation/units")
@requires("organisation.administer")
def add_unit() -> Response:
    """A new unit below another one."""
    keep_input(_tree)
    row = picked(typed(UNIT_FIELDS), parent_id=UNITS)
    row["unit_id"] = row.get("unit_id") or f"u-{secrets.token_hex(4)}"
    change(_("The unit is there."), units=[row])
    return redirect(url_for("organisation.unit", unit_id=row["unit_id"]), 303)


@blueprint.get("/organisation/units/<path:unit_id>")
@requires("organisation.see")
def unit(unit_id: str) -> str:
    """One unit."""
    return _unit(unit_id)


@blueprint.post("/organisation/units/<path:unit_id>")
@requires("organisation.administer")
def change_unit(unit_id: str) -> Response:
    """Rename, move, close or open a unit."""
    keep_input(lambda error: _unit(unit_id, error))
    row = picked(typed(UNIT_FIELDS[1:]), parent_id=UNITS)
    row |= {"unit_id": unit_id, "disabled": "disabled" in request.form}
    change(_("The unit is changed."), units=[row])
    return redirect(url_for("organisation.unit", unit_id=unit_id), 303)


@blueprint.post("/organisation/positions")
@requires("organisation.administer")
def put_position() -> Response:
    """A new position, or another holder or name of one."""
    row = typed(POSITION_FIELDS)
    keep_input(lambda error: _unit(str(row.get("unit_id")), error))
    row = picked(row, person_id=PEOPLE)
    row["position_id"] = row.get("position_id") or f"p-{secrets.token_hex(4)}"
    row["is_head"] = "is_head" in request.form
    change(_("The position is kept."), positions=[row])
    return redirect(url_for("organisation.unit", unit_id=row["unit_id"]), 303)


@blueprint.post("/organisation/positions/<path:position_id>/remove")
@requires("organisation.administer")
def remove_position(position_id: str) -> Response:
    """A position that is no longer there."""
    change(_("The position is gone."), removed=[{"kind": "position", "id": position_id}])
    return redirect(url_for("organisation.unit", unit_id=request.form.get("unit_id", "")), 303)


# ------------------------------------------------------------------------------------------------ people
@blueprint.get("/organisation/people")
@requires("organisation.see")
def people() -> str:
    """People by name, unit or group."""
    return _people()


@blueprint.post("/organisation/people")
@requires("organisation.administer")
def add_person() -> Response:
    """A new person, who cannot sign in yet."""
    keep_input(_people)
    row = picked(typed(PERSON_FIELDS), unit_id=UNITS)
    row["person_id"] = row.get("person_id") or f"user:{secrets.token_hex(4)}"
    change(_("The person is there. Give them a password, or let them sign in elsewhere."), people=[row])
    return redirect(url_for("organisation.person", person_id=row["person_id"]), 303)


@blueprint.get("/organisation/people/<path:person_id>")
@requires("organisation.see")
def person(person_id: str) -> str:
    """One person."""
    return _person(person_id)


@blueprint.post("/organisation/people/<path:person_id>")
@requires("organisation.administer")
def change_person(person_id: str) -> Response:
    """Names, unit, and whether the person may sign in at all."""
    keep_input(lambda error: _person(person_id, error))
    row = picked(typed(PERSON_FIELDS[1:]), unit_id=UNITS)
    row |= {"person_id": person_id, "disabled": "disabled" in request.form}
    change(_("The person is changed."), people=[row])
    return redirect(url_for("organisation.person", person_id=person_id), 303)


@blueprint.post("/organisation/people/<path:person_id>/groups")
@requires("organisation.administer")
def change_groups(person_id: str) -> Response:
    """Another role, or one less. A group with power is proposed instead, and a second administrator agrees."""
    keep_input(lambda error: _person(person_id, error))
    held = set(engine().queries.organisation.get_member(person_id).groups)
    held |= {group for group in [picked(typed(("add",)), add=ROLES).get("add")] if group}
    held -= {request.form.get("take", "")}
    change(_("The roles are changed."), people=[{"person_id": person_id, "groups": sorted(held)}])
    return redirect(url_for("organisation.person", person_id=person_id), 303)


@blueprint.post("/organisation/people/<path:person_id>/password")
@requires("organisation.administer")
def reset_password(person_id: str) -> str:
    """A password that is shown once and is good for choosing another one only."""
    keep_input(lambda error: _person(person_id, error))
    fresh = "-".join(secrets.token_hex(2) for _part in range(4))
    command = ResetPassword(
        command_id=command_id(), person_id=person_id, password_hash=hash_password(fresh), reason=required_reason()
    )
    engine().handle(command, current_actor())
    return _person(person_id, fresh=fresh)


# ------------------------------------------------------------------------------------------------ pages
def _tree(error: EngineError | None = None) -> str:
    search = search_words()
    units = engine().queries.organisation.list_units(search)
    return render_template(
        "pages/organisation.html", tree=[] if search else shown.tree_of(units), found=units if search else None,
        count=len(units), is_whole=len(units) <= MOST_WHOLE, search=search, **_common(error),
    )  # fmt: skip


def _unit(unit_id: str, error: EngineError | None = None) -> str:
    queries = engine().queries.organisation
    detail = queries.get_unit(unit_id)
    history = queries.history("unit", unit_id, limit=10)
    return render_template(
        "pages/organisation_unit.html", detail=detail, unit=detail.unit,
        history=[shown.shown_change(row) for row in history.items], **_common(error),
    )  # fmt: skip


def _people(error: EngineError | None = None) -> str:
    search, group = search_words(), request.args.get("group", "")[:200]
    found = engine().queries.organisation.list_members(search, group, cursor(), PAGE_ROWS)
    return render_template(
        "pages/organisation_people.html", people=found.items, next_cursor=found.next_cursor, after=cursor(),
        search=search, group=group, groups=engine().queries.list_groups(), **_common(error),
    )  # fmt: skip


def _person(person_id: str, error: EngineError | None = None, fresh: str | None = None) -> str:
    queries = engine().queries.organisation
    member = queries.get_member(person_id)
    history = queries.history("person", person_id, limit=10)
    return render_template(
        "pages/organisation_person.html", member=member, fresh=fresh,
        history=[shown.shown_change(row) for row in history.items],
        deputies=shown.deputy_lines(queries.list_deputies(person_id)),
        groups=[group for group in engine().queries.list_groups() if not group.group_id.startswith("unit:")],
        **_common(error),
    )  # fmt: skip


def _common(error: EngineError | None) -> dict[str, Any]:
    problems = shown.problems_of(error)
    return {
        "shown": shown, "problems": problems, "error": None if problems else error, "typed": request.form,
        "command_id": new_id, "person_here": g.person,
    }  # fmt: skip
