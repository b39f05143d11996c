"""What staff does at the desk: take a call, merge what is the same, split it again, answer, correct, reopen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.i18n import ngettext
from web.permissions import requires
from web.presenters import request_intake as intake
from web.presenters.request_words import WORDS, category_groups
from web.ui.requests import command_id, required_reason
from web.ui.service_requests import render_request
from workflow_engine import (
    AddToServiceRequest,
    CommentServiceRequest,
    CorrectServiceRequest,
    EngineError,
    InvalidVariablesError,
    MergeServiceRequests,
    ReopenServiceRequest,
    RequestWish,
    SplitServiceRequest,
    new_id,
)

blueprint = Blueprint("service_request_acts", __name__)
LONGEST_TEXT = 4_000
MOST_MERGED = 50
CORRECTED = ("title", "address", "category")


# ---- taking a call
@blueprint.get("/service-requests/new")
@requires("service_request.submit")
def new() -> str:
    """The form for a call."""
    return _new()


@blueprint.post("/service-requests/new")
@requires("service_request.submit")
def submit() -> str:
    """Take the report; the answer says what the caller has to write down, and is shown once."""
    keep_input(_new)
    told = intake.read_intake(request.form)
    receipt = engine().handle(intake.command_of(told, command_id()), current_actor())
    into = request.form.get("merge_into", "")
    if into:
        _merge(into, [told.request_id], _("The same matter."))
    row = engine().queries.service_requests.get(told.request_id, current_actor()).row
    return render_template(
        "pages/service_request_taken.html", row=row, code=told.code, receipt=receipt, merged=bool(into),
    )  # fmt: skip


@blueprint.post("/service-requests/suggest")
@requires("service_request.submit")
def suggest() -> str:
    """While a call is written down: likely categories, and open requests that are alike."""
    found = intake.suggestions(request.form, current_actor())
    return render_template("fragments/request_suggestions.html", words=WORDS, **found)


def _new(error: EngineError | None = None) -> str:
    problems = {}
    if isinstance(error, InvalidVariablesError):
        problems = {name: _(intake.PROBLEMS.get(name, "This value does not fit.")) for name in error.problems}
    typed = request.form
    return render_template(
        "pages/service_request_new.html", groups=category_groups(), words=WORDS, typed=typed, problems=problems,
        error=None if problems else error, command_id=new_id(), code=typed.get("code") or intake.new_code(),
        request_id=typed.get("request_id") or new_id(), places=intake.places(), kinds=intake.kinds(),
        tiers=intake.tiers(),
        **intake.suggestions(typed, current_actor()),
    )  # fmt: skip


# ---- merging
@blueprint.post("/service-requests/merge")
def merge() -> Response:
    """Make one of several reports of the same thing: of those into the named one, or else into the oldest of them."""
    chosen = list(dict.fromkeys(request.form.getlist("request")))[:MOST_MERGED]
    into = request.form.get("into", "") or _oldest(chosen)
    others = [one for one in chosen if one != into]
    if not others:
        flash(_("Choose at least two."), "refused")
        return redirect(url_for("service_requests.index"), 303)
    keep_input(lambda error: render_request(into, error, "merge"))
    _merge(into, others, request.form.get("reason", "").strip() or _("The same matter."))
    flash(
        ngettext(
            "%(num)d request was merged. Its reporter stays informed.",
            "%(num)d requests were merged. Their reporters stay informed.", len(others),
        ),
        "done",
    )  # fmt: skip
    return redirect(url_for("service_requests.page", request_id=into), 303)


@blueprint.post("/service-requests/<request_id>/split")
def split(request_id: str) -> Response:
    """Let it go its own way again."""
    keep_input(lambda error: render_request(request_id, error, "split"))
    command = SplitServiceRequest(command_id=command_id(), request_id=request_id, reason=required_reason())
    return _done(request_id, command, _("It goes its own way again."))


def _oldest(request_ids: list[str]) -> str:
    wish = RequestWish(request_ids=",".join(request_ids))
    found = engine().queries.service_requests.list(current_actor(), wish, None, MOST_MERGED)
    rows = sorted(found.items, key=lambda row: (not row.is_open, row.received_at, row.request_id))
    return rows[0].request_id if rows else ""


def _merge(into: str, request_ids: list[str], reason: str) -> None:
    command = MergeServiceRequests(command_id=new_id(), into=into, request_ids=request_ids, reason=reason)
    engine().handle(command, current_actor())


# ---- the rest of what is said
@blueprint.post("/service-requests/<request_id>/add")
def add(request_id: str) -> Response:
    """Note what the reporter said further."""
    keep_input(lambda error: render_request(request_id, error, "add"))
    command = AddToServiceRequest(command_id=command_id(), request_id=request_id, text=_text())
    return _done(request_id, command, _("It was added."))


@blueprint.post("/service-requests/<request_id>/comment")
def comment(request_id: str) -> Response:
    """Write to the reporter."""
    keep_input(lambda error: render_request(request_id, error, "comment"))
    command = CommentServiceRequest(command_id=command_id(), request_id=request_id, text=_text())
    return _done(request_id, command, _("The message is sent."))


@blueprint.post("/service-requests/<request_id>/correct")
def correct(request_id: str) -> Response:
    """Put right what was noted wrongly; what is left as it is stays."""
    keep_input(lambda error: render_request(request_id, error, "correct"))
    row = engine().queries.service_requests.get(request_id, current_actor()).row
    given = {name: request.form[name].strip() for name in CORRECTED if name in request.form}
    changed: dict[str, Any] = {name: value for name, value in given.items() if value != getattr(row, name)}
    if not changed:
        raise InvalidVariablesError(_("Nothing differs from what is noted."), {"title": _("Nothing differs.")})
    command = CorrectServiceRequest(command_id=command_id(), request_id=request_id, **changed)
    return _done(request_id, command, _("It is corrected."))


@blueprint.post("/service-requests/<request_id>/reopen")
def reopen(request_id: str) -> Response:
    """Take it up again."""
    keep_input(lambda error: render_request(request_id, error, "reopen"))
    command = ReopenServiceRequest(command_id=command_id(), request_id=request_id, reason=required_reason())
    return _done(request_id, command, _("It is open again."))


def _text() -> str:
    text = request.form.get("text", "").strip()[:LONGEST_TEXT]
    if not text:
        raise InvalidVariablesError(_("Write something."), {"text": _("This is needed.")})
    return text


def _done(request_id: str, command: object, words: str) -> Response:
    engine().handle(command, current_actor())  # type: ignore[arg-type]  # one of the commands above
    flash(words, "done")
    return redirect(url_for("service_requests.page", request_id=request_id), 303)
