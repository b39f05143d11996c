"""The participation office at work: moderating, answering, extending, writing down what comes by other channels."""

from __future__ import annotations

import secrets
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.i18n import ngettext
from web.permissions import requires
from web.presenters.consultations import STANCES, SUBJECTS, WORDS
from web.presenters.times import zone
from web.ui.requests import command_id, cursor, one_of, required_reason
from workflow_engine import (
    AnswerOpinions,
    Command,
    EngineError,
    ExtendConsultation,
    InvalidVariablesError,
    ModerateOpinions,
    OpinionWish,
    SubmitOpinion,
    WithdrawConsultation,
    new_id,
)

blueprint = Blueprint("consultation_work", __name__, url_prefix="/participation")
VERB = "consultation.run"
PAGE_ROWS = 50
SHOWN = ("waiting", "unanswered", "accepted", "rejected", "all")


@blueprint.get("")
@requires(VERB)
def index() -> str:
    """The consultations that this person runs."""
    found = engine().queries.consultations.list_for(current_actor(), cursor(), PAGE_ROWS)
    return render_template(
        "pages/participation.html", rows=found.items, after=cursor(), next_cursor=found.next_cursor,
        now=engine().clock.now(), **WORDS,
    )  # fmt: skip


@blueprint.get("/<consultation_id>")
@requires(VERB)
def page(consultation_id: str) -> str:
    """The opinions of one, to be worked on."""
    return _page(consultation_id)


@blueprint.post("/<consultation_id>/moderate")
@requires(VERB)
def moderate(consultation_id: str) -> Response:
    """Accept or reject those that are ticked."""
    accepted = request.form.get("decision") != "reject"
    topic = request.form.get("topic", "").strip()
    public_text = request.form.get("public_text", "").strip()
    command = ModerateOpinions(
        command_id=command_id(), consultation_id=consultation_id, numbers=_numbers(), accepted=accepted,
        reason=request.form.get("reason", ""), topic=topic or None, public_text=public_text or None,
    )  # fmt: skip
    return _done(consultation_id, command)


@blueprint.post("/<consultation_id>/answer")
@requires(VERB)
def answer(consultation_id: str) -> Response:
    """Give those that are ticked one answer."""
    command = AnswerOpinions(
        command_id=command_id(), consultation_id=consultation_id, numbers=_numbers(),
        disposition=request.form.get("disposition", ""), reason=request.form.get("reason", ""),
    )  # fmt: skip
    return _done(consultation_id, command)


@blueprint.post("/<consultation_id>/write")
@requires(VERB)
def write(consultation_id: str) -> Response:
    """Write down an opinion that came by another channel."""
    names = ("channel", "subject_class", "stance", "text", "district", "name", "contact")
    typed = {name: request.form.get(name, "").strip() for name in names}
    keep_input(lambda error: _page(consultation_id, error=error, typed=typed))
    command = SubmitOpinion(
        command_id=command_id(), consultation_id=consultation_id, code=secrets.token_urlsafe(16),
        wants_hearing=typed["channel"] == "hearing" and bool(typed["contact"]), **typed,
    )  # fmt: skip
    receipt = engine().handle(command, current_actor())
    flash(_("Written down as number %(number)s.", number=receipt.result["number"]), "done")
    return _back(consultation_id)


@blueprint.post("/<consultation_id>/extend")
@requires(VERB)
def extend(consultation_id: str) -> Response:
    """Leave it open for longer."""
    keep_input(lambda error: _page(consultation_id, error=error))
    command = ExtendConsultation(
        command_id=command_id(), consultation_id=consultation_id, closes_at=_instant(), reason=required_reason()
    )
    engine().handle(command, current_actor())
    flash(_("It is open for longer; the page says so, and why."), "done")
    return _back(consultation_id)


@blueprint.post("/<consultation_id>/withdraw")
@requires(VERB)
def withdraw(consultation_id: str) -> Response:
    """Take the draft back."""
    keep_input(lambda error: _page(consultation_id, error=error))
    command = WithdrawConsultation(
        command_id=command_id(), consultation_id=consultation_id, reason=required_reason()
    )
    engine().handle(command, current_actor())
    flash(_("The draft is taken back; the page says so, and why."), "done")
    return _back(consultation_id)


def _done(consultation_id: str, command: Command) -> Response:
    ticked = {str(number) for number in _numbers()}
    typed = {name: request.form.get(name, "") for name in ("reason", "topic", "disposition", "public_text")}
    keep_input(lambda error: _page(consultation_id, error=error, typed=typed, ticked=ticked))
    receipt = engine().handle(command, current_actor())
    changed = int(receipt.result["changed"])
    flash(ngettext("%(num)d opinion is done.", "%(num)d opinions are done.", changed), "done")
    return _back(consultation_id)


def _back(consultation_id: str) -> Response:
    address = url_for("consultation_work.page", consultation_id=consultation_id)
    wished = _wished()
    return redirect(f"{address}?{urlencode(wished)}" if wished else address, 303)


def _wished() -> dict[str, str]:
    wished = {"show": one_of("show", SHOWN, ""), "stance": one_of("stance", tuple(STANCES), "")}
    wished |= {"subject": one_of("subject", tuple(SUBJECTS), ""), "topic": request.args.get("topic", "")[:80]}
    return {name: value for name, value in wished.items() if value}


def _numbers() -> list[int]:
    return [int(text) for text in request.form.getlist("number") if text.isascii() and text.isdigit()]


def _instant() -> str:
    try:
        typed = datetime.fromisoformat(request.form.get("closes_at", ""))
    except ValueError:
        raise InvalidVariablesError(
            _("Expected a later end with a reason."), {"closes_at": _("Give day and time.")}
        ) from None
    return (typed if typed.tzinfo else typed.replace(tzinfo=zone())).isoformat()


def _page(
    consultation_id: str,
    *,
    error: EngineError | None = None,
    typed: dict[str, str] | None = None,
    ticked: set[str] | None = None,
) -> str:
    questions, actor = engine().queries.consultations, current_actor()
    detail = questions.get_for(actor, consultation_id)
    wished = _wished()
    show = wished.get("show") or ("waiting" if detail.figures["pending"] else "unanswered")
    wish = OpinionWish(
        moderation="" if show in ("all", "unanswered") else show, unanswered=show == "unanswered",
        stance=wished.get("stance", ""), subject_class=wished.get("subject", ""), topic=wished.get("topic", ""),
    )  # fmt: skip
    found = questions.list_at_work(actor, consultation_id, wish, cursor(), PAGE_ROWS)
    problems = dict(error.problems) if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/consultation_work.html", detail=detail, row=detail.row, opinions=found.items, show=show, wished=wished,
        after=cursor(), next_cursor=found.next_cursor, recorded=questions.recorded_counts(consultation_id),
        is_open=detail.row.is_open(engine().clock.now()), can_work=detail.row.state in ("open", "closed"),
        error=error, problems=problems, typed=typed or {}, ticked=ticked or set(), command_id=new_id(),
        **WORDS,
    )  # fmt: skip
