"""Sentences about service requests: what reporters and staff did to them, and what the case told of them."""

from __future__ import annotations

from markupsafe import Markup

from web.i18n import current_language
from web.i18n import gettext as _
from web.presenters.people import group_names
from web.presenters.request_words import MARKS, STATUS
from web.presenters.telling import Body, Sentence, Teller, because, say, strong
from workflow_engine import in_language


def _who(command: Body, teller: Teller) -> Markup:
    return strong(_("The reporter")) if command.get("by_reporter") else strong(teller.actor)


def _submit(command: Body, teller: Teller) -> Markup:
    return say(_("A report came in, no. %(number)s"), number=strong(str(command.get("tracking_number") or "–")))


def _import(_command: Body, teller: Teller) -> Markup:
    return say(_("%(who)s took over a report from another system"), who=strong(teller.actor))


def _add(command: Body, teller: Teller) -> Markup:
    return because(say(_("%(who)s added to the report"), who=_who(command, teller)), command.get("text"))


def _correct(command: Body, teller: Teller) -> Markup:
    return say(_("%(who)s corrected the report"), who=_who(command, teller))


def _withdraw(command: Body, teller: Teller) -> Markup:
    return because(say(_("%(who)s withdrew the report"), who=_who(command, teller)), command.get("reason"))


def _reopen(command: Body, teller: Teller) -> Markup:
    return because(say(_("%(who)s reopened the report"), who=_who(command, teller)), command.get("reason"))


def _rate(command: Body, teller: Teller) -> Markup:
    told = say(
        _("%(who)s rated how the report was handled: %(rating)s of 5"), who=_who(command, teller),
        rating=strong(str(command.get("rating"))),
    )  # fmt: skip
    return because(told, command.get("comment"))


def _comment(command: Body, teller: Teller) -> Markup:
    return because(say(_("%(who)s wrote about the report"), who=_who(command, teller)), command.get("text"))


def _contact(command: Body, teller: Teller) -> Markup:
    return say(_("%(who)s changed how the reporter is reached"), who=_who(command, teller))


def _moderate(command: Body, teller: Teller) -> Markup:
    said = _("%(who)s made the report public") if command.get("shown") else _("%(who)s hid the report from the public")
    return because(say(said, who=strong(teller.actor)), command.get("reason"))


def _merge(command: Body, teller: Teller) -> Markup:
    told = say(
        _("%(who)s merged %(count)s other reports into this one"), who=strong(teller.actor),
        count=len(command.get("merged") or ()),
    )  # fmt: skip
    return because(told, command.get("reason"))


def _merge_one(command: Body, teller: Teller) -> Markup:
    return because(say(_("%(who)s merged the report into another"), who=strong(teller.actor)), command.get("reason"))


def _split(command: Body, teller: Teller) -> Markup:
    return because(say(_("%(who)s split the report off again"), who=strong(teller.actor)), command.get("reason"))


def _hand_on(_command: Body, _teller: Teller) -> Markup:
    return say(_("Another case goes on with the report"))


ASKED: dict[str, Sentence] = {
    "service_request.submit": _submit,
    "service_request.import_one": _import,
    "service_request.add": _add,
    "service_request.correct": _correct,
    "service_request.withdraw": _withdraw,
    "service_request.reopen": _reopen,
    "service_request.rate": _rate,
    "service_request.comment": _comment,
    "service_request.set_contact": _contact,
    "service_request.moderate": _moderate,
    "service_request.merge": _merge,
    "service_request.merge_one": _merge_one,
    "service_request.split": _split,
    "service_request.hand_on": _hand_on,
}


def _told(event: Body, _teller: Teller) -> Markup | None:
    """The case's word about the report: how it stands, who has it, what was noted of it."""
    parts: list[Markup] = []
    if (status := event.get("status")) in STATUS:
        parts.append(say(_("The report is now: %(status)s"), status=strong(_(STATUS[str(status)]))))
    if unit := event.get("unit_id"):
        parts.append(say(_("It is with %(unit)s"), unit=strong(", ".join(group_names([f"unit:{unit}"])))))
    if marks := event.get("marks"):
        named = ", ".join(_(MARKS[mark]) for mark in marks if mark in MARKS)
        parts.append(say(_("Noted on the report: %(marks)s"), marks=named))
    if not parts:
        return None
    told = Markup("; ").join(parts)
    return because(told, in_language(event["note"], current_language().locale) if event.get("note") else None)


HAPPENED: dict[str, Sentence] = {"service_request.told": _told}
