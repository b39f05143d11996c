"""Situation reports and briefings of emergencies: what is due, the documents, how they went up, and corrections."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may, requires
from web.presenters import situation_reports as words
from web.presenters.picking import PEOPLE, picked
from web.presenters.times import now
from web.ui.requests import LONGEST_REASON, command_id, cursor
from workflow_engine import (
    REPORT_CHANNELS,
    REPORT_FIELDS,
    SITUATIONS,
    CaseRow,
    ConfirmReportReceived,
    CorrectSituationReport,
    DecideReportCorrection,
    EngineError,
    InvalidVariablesError,
    KeepBriefing,
    SendSituationReport,
    SituationReportDetail,
    new_id,
)

blueprint = Blueprint("situation_reports", __name__, url_prefix="/emergency")
SEND, CORRECT, APPROVE, BRIEF = (
    "situation_report.send", "situation_report.correct", "situation_report.approve", "situation_report.brief",
)  # fmt: skip
PAGE_ROWS = 40


@blueprint.get("/reports")
def everything() -> str:
    """All that is due or late, and what was issued, over all emergencies within reach."""
    questions = engine().queries.situation_reports
    found = questions.issued(current_actor(), cursor(), PAGE_ROWS)
    due = [] if cursor() else _due()
    return render_template(
        "pages/situation_reports_all.html", due=due, rows=found.items, after=cursor(), next_cursor=found.next_cursor,
        words=words,
    )  # fmt: skip


@blueprint.get("/<case_id>/reports")
def index(case_id: str) -> str:
    """The reports of one emergency."""
    case = _case(case_id)
    return render_template("pages/situation_reports.html", case=case, **_panel(case_id))


@blueprint.get("/<case_id>/reports/<int:number>")
def document(case_id: str, number: int) -> str:
    """One report, to read and to print."""
    return _document(case_id, number)


@blueprint.post("/<case_id>/reports/<int:number>/send")
@requires(SEND)
def send(case_id: str, number: int) -> Response:
    """Note that it goes up now."""
    keep_input(lambda error: _document(case_id, number, error, "send"))
    command = SendSituationReport(
        command_id=command_id(), report_id=_get(case_id, number).row.report_id,
        recipient=request.form.get("recipient", ""), channel=request.form.get("channel", ""),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("It is noted that the report goes up now."), "done")
    return _back(case_id, number)


@blueprint.post("/<case_id>/reports/<int:number>/sent/<transmission_id>/received")
@requires(SEND)
def received(case_id: str, number: int, transmission_id: str) -> Response:
    """Note who took it."""
    keep_input(lambda error: _document(case_id, number, error, transmission_id))
    _get(case_id, number)
    command = ConfirmReportReceived(
        command_id=command_id(), transmission_id=transmission_id, received_by=request.form.get("received_by", "")
    )
    engine().handle(command, current_actor())
    flash(_("It is noted who took the report."), "done")
    return _back(case_id, number)


@blueprint.get("/<case_id>/reports/<int:number>/correct")
@requires(CORRECT)
def correcting(case_id: str, number: int) -> str:
    """The form of a correction: the report as it reads."""
    return _correcting(case_id, number)


@blueprint.post("/<case_id>/reports/<int:number>/correct")
@requires(CORRECT)
def correct(case_id: str, number: int) -> Response:
    """Propose another version of it."""
    typed = request.form.copy()
    keep_input(lambda error: _correcting(case_id, number, error, typed))
    command = CorrectSituationReport(
        command_id=command_id(), report_id=_get(case_id, number).row.report_id, fields=_fields(typed),
        reason=typed.get("reason", "")[:LONGEST_REASON],
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The correction waits for a second person to agree."), "done")
    return _back(case_id, number)


@blueprint.post("/<case_id>/reports/<int:number>/decide")
@requires(APPROVE)
def decide(case_id: str, number: int) -> Response:
    """Agree to a correction, or refuse it."""
    keep_input(lambda error: _document(case_id, number, error, "decide"))
    version, agreed = request.form.get("version", ""), request.form.get("agreed") == "yes"
    command = DecideReportCorrection(
        command_id=command_id(), report_id=_get(case_id, number).row.report_id,
        version=int(version) if version.isdecimal() and len(version) < 6 else 0, agreed=agreed,
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The correction holds now.") if agreed else _("The correction is refused."), "done")
    return _back(case_id, number)


@blueprint.get("/<case_id>/briefing")
def briefing(case_id: str) -> str:
    """Where the emergency stands now, for whoever takes over the command."""
    return _briefing(case_id)


@blueprint.post("/<case_id>/briefing")
@requires(BRIEF)
def keep_briefing(case_id: str) -> Response:
    """Keep it as a document."""
    keep_input(lambda error: _briefing(case_id, error))
    incoming = picked({"incoming": request.form.get("incoming", "")}, incoming=PEOPLE)["incoming"]
    command = KeepBriefing(
        command_id=command_id(), case_id=_case(case_id).case_id, incoming=incoming,
        note=request.form.get("note", "")[:LONGEST_REASON],
    )  # fmt: skip
    receipt = engine().handle(command, current_actor())
    flash(_("The briefing is kept."), "done")
    address = url_for("situation_reports.kept", case_id=case_id, number=receipt.result["number"])
    return redirect(address, 303)


@blueprint.get("/<case_id>/briefings/<int:number>")
def kept(case_id: str, number: int) -> str:
    """A briefing as it was kept."""
    row = engine().queries.situation_reports.get_briefing(case_id, number, current_actor())
    return render_template(
        "pages/briefing.html", case=_case(case_id), row=row, words=words, briefings=[], note=_note(row.content),
        view=None if row.content is None else words.briefing_view(row.content, case_id), printed_at=now(),
        head=row.content["head"] if row.content else {}, may_keep=False, error=None, problems={}, typed={},
    )  # fmt: skip


def _panel(case_id: str) -> dict[str, Any]:
    """What there is of one emergency: due, issued, the briefings."""
    questions = engine().queries.situation_reports
    return {
        "due": _due(case_id), "rows": questions.list(case_id, current_actor()), "case_id": case_id,
        "briefings": questions.list_briefings(case_id, current_actor()), "words": words,
    }  # fmt: skip


def _due(case_id: str | None = None) -> list[Any]:
    return [words.due_view(row) for row in engine().queries.situation_reports.due(current_actor(), case_id)]


def _case(case_id: str) -> CaseRow:
    return engine().queries.situation_reports.get_emergency(case_id, current_actor())


def _get(case_id: str, number: int, version: int | None = None) -> SituationReportDetail:
    return engine().queries.situation_reports.get_by_number(case_id, number, current_actor(), version)


def _document(case_id: str, number: int, error: EngineError | None = None, refused: str = "") -> str:
    detail = _get(case_id, number, request.args.get("version", type=int))
    proposed = next((one for one in detail.versions if one.state == "proposed"), None)
    content = detail.content
    return render_template(
        "pages/situation_report.html", case=_case(case_id), detail=detail, row=detail.row, words=words,
        head=content["head"] if content else {}, parts=words.parts_of(content, case_id) if content else [],
        left_out=words.left_out(content, case_id) if content else [], proposed=proposed,
        is_shown_proposed=proposed is not None and proposed.version == detail.version, channels=REPORT_CHANNELS,
        may_send=may(SEND), may_correct=may(CORRECT) and proposed is None,
        may_decide=proposed is not None and may(APPROVE) and proposed.made_by != current_actor().actor_id,
        error=None if _problems(error) else error, problems=_problems(error), refused=refused,
        typed=request.form if error else {}, command_id=new_id(), printed_at=now(),
    )  # fmt: skip


def _correcting(
    case_id: str, number: int, error: EngineError | None = None, typed: MultiDict[str, str] | None = None
) -> str:
    detail = _get(case_id, number)
    said = {one["id"]: one["value"] for one in (detail.content or {"fields": []})["fields"]}
    values = {field.id: "" if said.get(field.id) is None else str(said[field.id]) for field in REPORT_FIELDS}
    return render_template(
        "pages/situation_report_correct.html", case=_case(case_id), row=detail.row, fields=REPORT_FIELDS, words=words,
        values=values if typed is None else {**values, **typed}, situations=SITUATIONS, problems=_problems(error),
        error=None if _problems(error) else error, command_id=new_id(),
        reason="" if typed is None else typed.get("reason", ""),
    )  # fmt: skip


def _briefing(case_id: str, error: EngineError | None = None) -> str:
    questions = engine().queries.situation_reports
    return render_template(
        "pages/briefing.html", case=_case(case_id), row=None, words=words, note="", head={},
        view=words.briefing_view(questions.brief(case_id, current_actor()), case_id), printed_at=now(),
        briefings=questions.list_briefings(case_id, current_actor()), may_keep=may(BRIEF),
        error=None if _problems(error) else error, problems=_problems(error), typed=request.form if error else {},
        command_id=new_id(),
    )  # fmt: skip


def _note(content: Any) -> str:
    return str(content["head"].get("note") or "") if content else ""


def _fields(typed: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, numbers as numbers where they are ones; the engine says which do not fit."""
    found: dict[str, Any] = {}
    for field in REPORT_FIELDS:
        text = typed.get(field.id)
        if text is not None:
            text = text.strip().replace("\r\n", "\n")
            found[field.id] = _number(text) if field.is_number and text else text or None
    return found


def _number(text: str) -> Any:
    try:
        return int(text) if text.lstrip("+-").isdecimal() and len(text) < 16 else float(text)
    except ValueError:
        return text


def _problems(error: EngineError | None) -> dict[str, str]:
    return dict(error.problems) if isinstance(error, InvalidVariablesError) else {}


def _back(case_id: str, number: int) -> Response:
    return redirect(url_for("situation_reports.document", case_id=case_id, number=number), 303)
