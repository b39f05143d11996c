"""Notices of supervision: issued and judged by those who supervise, answered by the units; documents to print."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.attachments import given_out, plain_name
from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may, requires
from web.presenters.supervision import NOTICE_STATES, WORDS, matter_lines, number_of, unit_words
from web.presenters.times import zone
from web.ui.requests import command_id, cursor, one_of, optional_reason, required_reason
from workflow_engine import (
    ANSWER_DAYS,
    RUNGS,
    AcceptAnswer,
    AnswerNotice,
    EngineError,
    InvalidVariablesError,
    IssueNotice,
    NoticeDetail,
    NoticeWish,
    RejectAnswer,
    WithdrawNotice,
    new_id,
    next_rung,
)

blueprint = Blueprint("supervision_notices", __name__, url_prefix="/supervision/notices")
ISSUE, SEE = "supervision.issue", "supervision.see"
PAGE_ROWS = 40
SHOWN = ("running", "overdue", "settled", *NOTICE_STATES, "")
ASKED = ("rung", "unit", "case", "subject", "reason", "text", "answer_by", "skip_reason", "follows")


@blueprint.get("")
def index() -> str:
    """Notices within reach; those to one's own units for everybody else."""
    mine = not may(SEE) or request.args.get("mine") == "1"
    state = one_of("state", SHOWN, "running")
    wish = NoticeWish(
        state=state, rung=one_of("rung", (*RUNGS, ""), ""), unit_id=request.args.get("unit", "")[:200], mine=mine
    )
    found = engine().queries.supervision.notices(current_actor(), wish, cursor(), PAGE_ROWS)
    return render_template(
        "pages/supervision_notices.html", tab="notices", rows=found.items, wish=wish, after=cursor(),
        next_cursor=found.next_cursor, now=engine().clock.now(), **WORDS,
    )  # fmt: skip


@blueprint.get("/new")
@requires(ISSUE)
def new() -> str:
    """The form of a notice, filled in as far as the case says."""
    return _form()


@blueprint.post("")
@requires(ISSUE)
def issue() -> Response:
    """Issue it."""
    typed = {name: request.form.get(name, "").strip() for name in ASKED}
    keep_input(lambda error: _form(typed, error))
    command = IssueNotice(
        command_id=command_id(), rung=typed["rung"], unit_id=typed["unit"], case_id=typed["case"] or None,
        subject=typed["subject"], reason=typed["reason"], text=typed["text"], answer_by=_instant("answer_by"),
        skip_reason=typed["skip_reason"], follows=typed["follows"] or None,
        escalates=request.form.get("escalates") == "on",
    )  # fmt: skip
    receipt = engine().handle(command, current_actor())
    flash(_("The notice is issued; the unit sees it now."), "done")
    return redirect(url_for("supervision_notices.page", notice_id=receipt.result["notice_id"]), 303)


@blueprint.get("/<notice_id>")
def page(notice_id: str) -> str:
    """One notice: the document, its answers, and what can be done."""
    return _page(notice_id)


@blueprint.get("/<notice_id>/document")
def document(notice_id: str) -> str:
    """The notice with its answer sheet, to print."""
    detail = engine().queries.supervision.get_notice(notice_id, current_actor())
    return render_template(
        "pages/supervision_document.html", detail=detail, row=detail.row, printed_at=engine().clock.now(),
        printed_by=current_actor().actor_id, number=number_of(detail.row), **WORDS,
    )  # fmt: skip


@blueprint.post("/<notice_id>/answer")
def answer(notice_id: str) -> Response:
    """The unit answers, with evidence."""
    keep_input(lambda error: _page(notice_id, error, "answer"))
    engine().queries.supervision.get_notice(notice_id, current_actor())
    text = request.form.get("text", "")
    if not text.strip():
        raise InvalidVariablesError(_("Say what the unit answers."), {"text": _("This is needed.")})
    files = []
    for upload in request.files.getlist("file"):
        if upload.filename:
            kept = engine().files.keep(upload.stream)
            files.append({
                "digest": kept.digest, "size": kept.size, "media_type": kept.media_type,
                "name": plain_name(upload.filename),
            })  # fmt: skip
    command = AnswerNotice(command_id=command_id(), notice_id=notice_id, text=text, files=files)
    engine().handle(command, current_actor())
    flash(_("The answer is in; those who supervise judge it."), "done")
    return _back(notice_id)


@blueprint.post("/<notice_id>/accept")
@requires(ISSUE)
def accept(notice_id: str) -> Response:
    """The answer will do."""
    keep_input(lambda error: _page(notice_id, error, "judge"))
    command = AcceptAnswer(command_id=command_id(), notice_id=notice_id, reason=optional_reason() or "")
    engine().handle(command, current_actor())
    flash(_("The answer is accepted; the notice is settled."), "done")
    return _back(notice_id)


@blueprint.post("/<notice_id>/reject")
@requires(ISSUE)
def reject(notice_id: str) -> Response:
    """The answer will not do."""
    keep_input(lambda error: _page(notice_id, error, "judge"))
    command = RejectAnswer(
        command_id=command_id(), notice_id=notice_id, reason=required_reason(), answer_by=_instant("answer_by")
    )
    engine().handle(command, current_actor())
    flash(_("The answer is rejected; the unit answers again."), "done")
    return _back(notice_id)


@blueprint.post("/<notice_id>/withdraw")
@requires(ISSUE)
def withdraw(notice_id: str) -> Response:
    """Take it back."""
    keep_input(lambda error: _page(notice_id, error, "withdraw"))
    command = WithdrawNotice(command_id=command_id(), notice_id=notice_id, reason=required_reason())
    engine().handle(command, current_actor())
    flash(_("The notice is taken back; its number stays used."), "done")
    return _back(notice_id)


@blueprint.get("/<notice_id>/answers/<int:answer_no>/files/<int:file_no>")
def file(notice_id: str, answer_no: int, file_no: int) -> Response:
    """A file put to an answer, as a download."""
    return given_out(engine().queries.supervision.get_notice_file(notice_id, answer_no, file_no, current_actor()))


def _back(notice_id: str) -> Response:
    return redirect(url_for("supervision_notices.page", notice_id=notice_id), 303)


def _page(notice_id: str, error: EngineError | None = None, refused: str = "") -> str:
    detail = engine().queries.supervision.get_notice(notice_id, current_actor())
    return render_template(
        "pages/supervision_notice.html", detail=detail, row=detail.row, number=number_of(detail.row), error=error,
        problems=_problems(error), refused=refused, typed=request.form if error else {}, command_id=new_id(),
        above=next_rung(detail.row.rung), now=engine().clock.now(), **WORDS,
    )  # fmt: skip


def _form(typed: dict[str, str] | None = None, error: EngineError | None = None) -> str:
    asked = typed or {name: request.args.get(name, "")[:400] for name in ASKED}
    units = _units()
    before = _running(asked)
    matter = _matter(asked)
    reached = [row.rung for row in before.ladder if row.state != "withdrawn"] if before else []
    first = next((rung for rung in RUNGS if rung not in reached), RUNGS[-1])
    if typed is None:
        asked["rung"] = (next_rung(before.row.rung) or first) if before else first
        if before is not None:
            asked |= {"subject": before.row.subject or "", "text": before.row.text or ""}
        if matter is not None:
            asked |= {"subject": asked["subject"] or matter.title, "reason": f"{matter.step}{_(': ')}{matter.clock}"}
    return render_template(
        "pages/supervision_new.html", asked=asked, units=units, matter=matter, before=before, reached=reached,
        days=ANSWER_DAYS, error=error, problems=_problems(error), command_id=new_id(),
        escalates=request.form.get("escalates") == "on" if typed else asked["rung"] in ("remind", "supervise"),
        **WORDS,
    )  # fmt: skip


def _units() -> list[tuple[str, str]]:
    """Units to which the actor may issue notices, for the list to choose from."""
    rows = engine().queries.organisation.list_units()
    return [(row.unit_id, unit_words(row)) for row in rows if not row.disabled and may(ISSUE, unit_id=row.unit_id)]


def _running(asked: dict[str, str]) -> NoticeDetail | None:
    """The notice whose place the new one takes."""
    questions, actor = engine().queries.supervision, current_actor()
    if asked["follows"]:
        return questions.get_notice(asked["follows"], actor)
    if not (asked["case"] and asked["unit"]):
        return None
    rows = [row for row in questions.notices_about(asked["case"], actor) if row.unit_id == asked["unit"]]
    return questions.get_notice(rows[-1].notice_id, actor) if rows else None


def _matter(asked: dict[str, str]) -> Any:
    """How the case stands in the unit, if the board counts it."""
    if not (asked["case"] and asked["unit"] and may(SEE, unit_id=asked["unit"])):
        return None
    found = engine().queries.supervised.of_case(current_actor(), asked["case"])
    return next((line for line in matter_lines(found) if line.row.unit_id == asked["unit"]), None)


def _problems(error: EngineError | None) -> dict[str, str]:
    return dict(error.problems) if isinstance(error, InvalidVariablesError) else {}


def _instant(name: str) -> str:
    """A day and time typed in the city's time, as an instant; empty when nothing was typed."""
    text = request.form.get(name, "").strip()
    if not text:
        return ""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidVariablesError(_("Give day and time."), {name: _("Give day and time.")}) from None
    return (typed if typed.tzinfo else typed.replace(tzinfo=zone())).isoformat()
