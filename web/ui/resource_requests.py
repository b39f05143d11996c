"""Requests for resources: line by line what is filled by whom and why that one; and what owners are asked to offer."""

from __future__ import annotations

import orjson
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.enterprise import is_enterprise
from web.errors import keep_input
from web.i18n import gettext as _
from web.presenters import resources as words
from web.presenters.times import now
from web.ui.requests import command_id, cursor, one_of
from web.ui.resources import number
from workflow_engine import (
    ApproveSettlement,
    AssignResource,
    CancelResourceRequest,
    Command,
    DeclineOffer,
    EngineError,
    InvalidVariablesError,
    MakeOffer,
    MoveBooking,
    ProposeSettlement,
    ResourceRequestWish,
    new_id,
)

blueprint = Blueprint("resource_requests", __name__, url_prefix="/resources")
PAGE_ROWS = 40
SHOWN = frozenset({"live", "sought", *words.REQUESTS})


@blueprint.get("/requests")
def index() -> str:
    """The requests within reach, the newest first."""
    state = one_of("state", SHOWN, "")
    found = engine().queries.resources.requests(
        current_actor(), ResourceRequestWish(state=state), cursor(), PAGE_ROWS
    )
    return render_template(
        "pages/resource_requests.html", rows=found.items, after=cursor(), next_cursor=found.next_cursor, state=state,
        now=now(), **words.WORDS,
    )  # fmt: skip


@blueprint.get("/requests/<request_id>")
def page(request_id: str) -> str:
    """One request."""
    return _page(request_id)


@blueprint.post("/requests/<request_id>/assign")
def assign(request_id: str) -> Response:
    """Book what was chosen for a line."""
    command = AssignResource(
        command_id=command_id(), request_id=request_id, line_no=_typed_number(request_id, "line_no", "assign"),
        resource_id=request.form.get("resource_id", "")[:64],
        quantity=_typed_number(request_id, "quantity", "assign"), offer_id=request.form.get("offer_id") or None,
        note=request.form.get("note", ""),
    )  # fmt: skip
    return _do(request_id, command, "assign", _("It is booked."))


@blueprint.post("/requests/<request_id>/bookings/<booking_id>/move")
def move(request_id: str, booking_id: str) -> Response:
    """The next step of a booking."""
    command = MoveBooking(
        command_id=command_id(), request_id=request_id, booking_id=booking_id, state=request.form.get("state", ""),
        used=_typed_number(request_id, "used", booking_id), note=request.form.get("note", ""),
    )  # fmt: skip
    return _do(request_id, command, booking_id, _("It is noted."))


@blueprint.post("/requests/<request_id>/bookings/<booking_id>/settle")
def settle(request_id: str, booking_id: str) -> Response:
    """Say what is owed for a booking."""
    command = ProposeSettlement(
        command_id=command_id(), request_id=request_id, booking_id=booking_id,
        amount=_typed_number(request_id, "amount", booking_id), basis=request.form.get("basis", ""),
    )  # fmt: skip
    return _do(request_id, command, booking_id, _("Somebody else has to agree to it now."))


@blueprint.post("/requests/<request_id>/bookings/<booking_id>/approve")
def approve(request_id: str, booking_id: str) -> Response:
    """Agree to what somebody else said is owed."""
    command = ApproveSettlement(command_id=command_id(), request_id=request_id, booking_id=booking_id)
    return _do(request_id, command, booking_id, _("The settlement is approved."))


@blueprint.post("/requests/<request_id>/cancel")
def cancel(request_id: str) -> Response:
    """Nothing more is needed."""
    command = CancelResourceRequest(
        command_id=command_id(), request_id=request_id, reason=request.form.get("reason", "")
    )
    return _do(request_id, command, "cancel", _("The request is called off."))


@blueprint.get("/offers")
def offers() -> str:
    """What one's own units are asked for, and what became of it."""
    return _offers()


@blueprint.post("/offers/<request_id>/<offer_id>")
def answer(request_id: str, offer_id: str) -> Response:
    """Offer something of one's own, or decline with a reason."""
    keep_input(lambda error: _offers(error, offer_id))
    command: Command
    if request.form.get("answer") == "decline":
        command = DeclineOffer(
            command_id=command_id(), request_id=request_id, offer_id=offer_id, reason=request.form.get("note", "")
        )
    else:
        command = MakeOffer(
            command_id=command_id(), request_id=request_id, offer_id=offer_id,
            resource_id=request.form.get("resource_id", "")[:64], quantity=number("quantity"),
            ready_minutes=number("ready_minutes") if request.form.get("ready_minutes") else None,
            cost=number("cost") if request.form.get("cost") else None, note=request.form.get("note", ""),
        )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("Thank you: the coordinator has your answer."), "done")
    return redirect(url_for("resource_requests.offers"), 303)


def _do(request_id: str, command: Command, refused: str, told: str) -> Response:
    keep_input(lambda error: _page(request_id, error, refused))
    engine().handle(command, current_actor())
    flash(told, "done")
    return redirect(url_for("resource_requests.page", request_id=request_id), 303)


def _typed_number(request_id: str, name: str, refused: str) -> int:
    keep_input(lambda error: _page(request_id, error, refused))
    return number(name)


def _page(request_id: str, error: EngineError | None = None, refused: str = "") -> str:
    detail = engine().queries.resources.get_request(request_id, current_actor())
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/resource_request.html", detail=detail, row=detail.row, weights=orjson.loads(detail.row.weights),
        error=error, problems=problems, refused=refused, typed=request.form, command_id=new_id, now=now(),
        **words.WORDS,
    )  # fmt: skip


def _offers(error: EngineError | None = None, refused: str = "") -> str:
    queries, actor = engine().queries.resources, current_actor()
    found = queries.offers(actor, after=cursor(), limit=PAGE_ROWS)
    return render_template(
        "pages/resource_offers.html", rows=found.items, after=cursor(), next_cursor=found.next_cursor, now=now(),
        own=queries.to_offer(actor), error=error, refused=refused, typed=request.form, command_id=new_id,
        problems=error.problems if isinstance(error, InvalidVariablesError) else {},
        is_outside=is_enterprise(), **words.WORDS,
    )  # fmt: skip
