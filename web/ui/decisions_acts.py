"""What voters and chairs do: vote, prepare, step aside, give a mandate, note absences, amend the text, break a tie."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.presenters.ballots import ballot_line
from web.presenters.choosing_people import chosen
from web.presenters.decision_words import voter_name
from web.ui.decisions import get_ballot, render_decision
from web.ui.requests import command_id, optional_reason, required_reason
from workflow_engine import (
    AmendText,
    BallotCommand,
    BreakTie,
    CastVote,
    GiveMandate,
    InvalidVariablesError,
    MarkAbsent,
    PrepareVote,
    RecuseVoter,
    new_id,
)

blueprint = Blueprint("decisions_acts", __name__)
MOST_ITEMS = 200
LONGEST_REASON = 5_000
LONGEST_BODY = 200_000
_NONCE = re.compile(r"[0-9a-zA-Z-]{16,64}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says about one item."""

    at: int
    item: str
    choice: str
    reason: str | None


@blueprint.post("/decisions/<ballot_id>/vote")
def vote(ballot_id: str) -> str:
    """Cast what the form says, item by item, and show the receipt; it is kept nowhere."""
    detail, said = get_ballot(ballot_id), _said()
    keep_input(lambda error: render_decision(ballot_id, act="vote", error=error))
    _require_answers(said, {one["name"]: bool(one["needs_reason"]) for one in detail.choices})
    nonce = request.form.get("nonce", "")
    nonce = nonce if _NONCE.fullmatch(nonce) else new_id()
    titles = {one.item_id: one.title for one in detail.standing}
    receipts, voter, round_no = [], "", detail.ballot.round_no
    for one in said:
        receipt = engine().handle(
            CastVote(
                command_id=_key(one), ballot_id=ballot_id, choice=one.choice, reason=one.reason, item=one.item,
                voter=request.form.get("voter") or None, text_version=request.form.get("text_version") or None,
                nonce=f"{nonce}{one.at or ''}",
            ),
            current_actor(),
        )  # fmt: skip
        voter, round_no = receipt.result["voter"], receipt.result["round"]
        receipts.append((titles.get(one.item, ""), receipt.result["fingerprint"]))
    row = get_ballot(ballot_id).ballot
    return render_template(
        "pages/ballot_receipt.html", line=ballot_line(row), voter=voter_name(voter), round_no=round_no,
        receipts=receipts, nonce=nonce, secret=row.secrecy == "secret", decided=row.state == "decided",
    )  # fmt: skip


@blueprint.post("/decisions/<ballot_id>/prepare")
def prepare(ballot_id: str) -> AnyResponse:
    """Prepare the answer of one's unit."""
    detail, said = get_ballot(ballot_id), _said()
    keep_input(lambda error: render_decision(ballot_id, act="prepare", error=error))
    _require_answers(said, {one["name"]: bool(one["needs_reason"]) for one in detail.choices})
    for one in said:
        command = PrepareVote(
            command_id=_key(one), ballot_id=ballot_id, voter=request.form.get("voter", ""), choice=one.choice,
            reason=one.reason, item=one.item,
        )  # fmt: skip
        engine().handle(command, current_actor())
    flash(_("The answer is prepared; the head of the unit casts it."), "done")
    return _back(ballot_id)


@blueprint.post("/decisions/<ballot_id>/recuse")
def recuse(ballot_id: str) -> AnyResponse:
    """Step aside, or have somebody step aside."""
    act = "recuse_other" if request.form.get("form") == "recuse_other" else "recuse"
    keep_input(lambda error: render_decision(ballot_id, act=act, error=error))
    voter = request.form.get("voter") or None
    return _done(
        RecuseVoter(command_id=command_id(), ballot_id=ballot_id, reason=required_reason(), voter=voter),
        _("The voter has stepped aside and counts in no base."),
    )


@blueprint.post("/decisions/<ballot_id>/absent")
def absent(ballot_id: str) -> AnyResponse:
    """Note that somebody is absent, or has come after all."""
    is_absent = request.form.get("present") != "yes"
    keep_input(lambda error: render_decision(ballot_id, act="absent" if is_absent else "present", error=error))
    return _done(
        MarkAbsent(
            command_id=command_id(), ballot_id=ballot_id, voter=request.form.get("voter", ""), absent=is_absent,
            reason=required_reason(),
        ),
        _("Noted: absent.") if is_absent else _("Noted: present."),
    )  # fmt: skip


@blueprint.post("/decisions/<ballot_id>/mandate")
def mandate(ballot_id: str) -> AnyResponse:
    """Let somebody vote in one's place."""
    keep_input(lambda error: render_decision(ballot_id, act="mandate", error=error))
    to = chosen(request.form.get("to", ""), "to", groups=False)
    return _done(
        GiveMandate(
            command_id=command_id(), ballot_id=ballot_id, to=to, document=request.form.get("document", "")[:300],
            reason=required_reason(), voter=request.form.get("voter") or None,
        ),
        _("The mandate is on file."),
    )  # fmt: skip


@blueprint.post("/decisions/<ballot_id>/amend")
def amend(ballot_id: str) -> AnyResponse:
    """Put an amended text to the vote."""
    keep_input(lambda error: render_decision(ballot_id, act="amend", error=error))
    text = {
        "title": request.form.get("title", "").strip()[:300], "version": request.form.get("version", "").strip()[:60],
        "body": request.form.get("body", "").replace("\r\n", "\n").strip()[:LONGEST_BODY],
    }  # fmt: skip
    return _done(
        AmendText(command_id=command_id(), ballot_id=ballot_id, text=text, reason=required_reason()),
        _("The amended text is put to the vote; a new round has begun."),
    )


@blueprint.post("/decisions/<ballot_id>/tie")
def tie(ballot_id: str) -> AnyResponse:
    """The chair decides."""
    keep_input(lambda error: render_decision(ballot_id, act="tie", error=error))
    if request.form.get("choice") not in ("yes", "no"):
        raise InvalidVariablesError("Expected a decision.", {"choice": _("This is needed.")})
    command = BreakTie(
        command_id=command_id(), ballot_id=ballot_id, choice=request.form["choice"], reason=required_reason(),
        item=request.form.get("item", ""),
    )  # fmt: skip
    return _done(command, _("The chair has decided."))


# ---------------------------------------------------------------------------------------------- what a form says
def _said() -> list[Said]:
    """Every item of the form with a choice; the only one also without."""
    form = request.form
    found = [
        Said(at, form[f"item.{at}"], form.get(f"choice.{at}", ""), _reason(form.get(f"reason.{at}", "")))
        for at in range(MOST_ITEMS)
        if f"item.{at}" in form
    ] or [Said(0, "", form.get("choice", ""), optional_reason())]
    return [one for one in found if one.choice or one.reason] or found[:1]


def _reason(text: str) -> str | None:
    return text.strip()[:LONGEST_REASON] or None


def _require_answers(said: list[Said], needing: dict[str, bool]) -> None:
    """Raise InvalidVariablesError where a choice is missing, or the reason that it needs."""
    problems = {f"choice.{one.at}": _("Choose one.") for one in said if not one.choice}
    for one in said:
        if needing.get(one.choice) and one.reason is None:
            problems[f"reason.{one.at}"] = _("Say why: this choice needs a reason.")
    if problems:
        raise InvalidVariablesError("Expected a vote with what it needs.", problems)


def _key(one: Said) -> str:
    """The form's key, for each item one of its own."""
    return f"{command_id()[:56]}-{one.at}" if one.at else command_id()


def _done(command: BallotCommand, told: str) -> AnyResponse:
    engine().handle(command, current_actor())
    flash(told, "done")
    return _back(command.ballot_id)


def _back(ballot_id: str) -> AnyResponse:
    return redirect(url_for("decisions.page", ballot_id=ballot_id), 303)
