"""Resources of the city: the register as list and map, and one of them with what it was and is booked for."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.enterprise import is_enterprise
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may
from web.presenters import resource_register as register
from web.presenters import resources as words
from web.presenters.times import now
from web.ui.requests import command_id, cursor, one_of, search_words
from workflow_engine import (
    EngineError,
    InvalidVariablesError,
    MoveBooking,
    ReleaseReservation,
    ReserveResource,
    ResourceWish,
    StandResource,
    new_id,
)

blueprint = Blueprint("resources", __name__, url_prefix="/resources")
PAGE_ROWS = 40
DAYS = 30
MOST_MISSING, FIRST_MISSING = 60, 4
PROCESS = "resource_allocation"


@blueprint.get("")
def index() -> str:
    """What there is within reach: where it stands and how much of it is free."""
    queries, actor = engine().queries.resources, current_actor()
    wish = ResourceWish(
        kind=one_of("kind", frozenset(words.KINDS), ""), type=request.args.get("type", "")[:64],
        unit_id=request.args.get("unit", "")[:100], standing=one_of("show", frozenset(words.SHOWN), ""),
        text=search_words(), mine=is_enterprise(),
    )  # fmt: skip
    found = queries.register(actor, wish, cursor(), PAGE_ROWS)
    lacking = () if is_enterprise() or cursor() else queries.missing(actor)
    asked = {name: value for name in ("kind", "type", "unit", "show", "q") if (value := request.args.get(name))}
    return render_template(
        "pages/resources.html", rows=found.items, after=cursor(), next_cursor=found.next_cursor, wish=wish, asked=asked,
        points=words.map_points(queries.on_map(actor, wish)), types=words.type_choices(queries.types(actor)),
        figures=None if is_enterprise() else queries.figures(now() - timedelta(days=DAYS)), days=DAYS,
        missing=lacking[:FIRST_MISSING], missing_count=len(lacking), now=now(),
        may_ask=not is_enterprise(), keeps=bool(queries.keepable_units(actor)),
        legend=[(state, _(label)) for state, label in words.MARKS.items()], **words.WORDS,
    )  # fmt: skip


@blueprint.get("/missing")
def missing() -> str:
    """What is missing, who could give it, how far away, and by when."""
    found = engine().queries.resources.missing(current_actor())
    return render_template(
        "pages/resource_missing.html", rows=found[:MOST_MISSING], count=len(found), now=now(), may_ask=True,
        points=words.missing_points(found[:MOST_MISSING]), legend=[(state, _(label)) for state, label in
        words.MISSING_MARKS.items()], **words.WORDS,
    )  # fmt: skip


@blueprint.get("/<resource_id>")
def page(resource_id: str) -> str:
    """One resource: what it is, whether it is in service, its calendar."""
    return _page(resource_id)


@blueprint.post("/<resource_id>/stand")
def stand(resource_id: str) -> Response:
    """In service, or out of it."""
    keep_input(lambda error: _page(resource_id, error))
    command = StandResource(
        command_id=command_id(), resource_id=resource_id, standing=request.form.get("standing", ""),
        reason=request.form.get("reason", ""),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("It is noted whether it is in service."), "done")
    return redirect(url_for("resources.page", resource_id=resource_id), 303)


@blueprint.post("/<resource_id>/bookings/<booking_id>")
def move(resource_id: str, booking_id: str) -> Response:
    """The owner notes the next step, on the spot."""
    keep_input(lambda error: _page(resource_id, error))
    command = MoveBooking(
        command_id=command_id(), request_id=request.form.get("request_id", "")[:64], booking_id=booking_id,
        state=request.form.get("state", ""), used=number("used"), note=request.form.get("note", ""),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("Noted: %(state)s", state=_(words.BOOKINGS.get(command.state, command.state))), "done")
    return redirect(url_for("resources.page", resource_id=resource_id), 303)


@blueprint.post("/<resource_id>/reservations")
def reserve(resource_id: str) -> Response:
    """Keep it for a time to come."""
    keep_input(lambda error: _page(resource_id, error, "reserve"))
    command = ReserveResource(
        command_id=command_id(), resource_id=resource_id, starts_at=typed_instant("starts_at"),
        ends_at=typed_instant("ends_at"), quantity=number("quantity", 1), purpose=request.form.get("purpose", ""),
        unit_id=request.form.get("for_unit") or None, title=request.form.get("title", ""),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("It is reserved."), "done")
    return redirect(url_for("resources.page", resource_id=resource_id), 303)


@blueprint.post("/<resource_id>/reservations/<reservation_id>/release")
def release(resource_id: str, reservation_id: str) -> Response:
    """It is not needed then after all, or something goes before."""
    keep_input(lambda error: _page(resource_id, error, reservation_id))
    command = ReleaseReservation(
        command_id=command_id(), reservation_id=reservation_id, reason=request.form.get("reason", "")
    )
    engine().handle(command, current_actor())
    flash(_("The reservation is given up."), "done")
    return redirect(url_for("resources.page", resource_id=resource_id), 303)


@blueprint.app_template_filter("measure_word")
def measure_word(measure: str, number: float = 2) -> str:
    """What is counted, in the visitor's language, for panels on other pages."""
    return words.measure_word(measure, number)


def number(name: str, otherwise: int = 0) -> int:
    """A whole number out of a form.

    Raises:
        InvalidVariablesError: it is none.
    """
    text = request.form.get(name, "").strip()
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise InvalidVariablesError(_("Give a whole number."), {name: _("Give a whole number.")})
    return int(text)


def typed_instant(name: str) -> str:
    """A local time out of a form as an instant; text that is none as it is, for the engine to refuse."""
    return words.instant_of(request.form.get(name, "").strip()) or ""


def _page(resource_id: str, error: EngineError | None = None, refused: str = "") -> str:
    detail = engine().queries.resources.get(resource_id, current_actor())
    row = detail.row
    return render_template(
        "pages/resource.html", detail=detail, row=row, error=error, refused=refused, now=now(),
        problems=register.problem_words(error.problems) if isinstance(error, InvalidVariablesError) else {},
        units=register.unit_choices(row) if detail.may_keep else [],
        points=words.map_points([row]) if row.lat is not None else [], typed=request.form, command_id=new_id,
        may_see_requests=not is_enterprise() and may("resource.see"), field_word=register.field_word,
        history=[(one, register.changes_shown(one, {})) for one in detail.changes], **words.WORDS,
    )  # fmt: skip
