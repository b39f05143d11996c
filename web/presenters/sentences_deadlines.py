"""Sentences about deadlines: clocks that stand and run again, and what another calendar moved."""

from __future__ import annotations

from markupsafe import Markup

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.telling import Body, Sentence, Teller, because, say, strong
from web.presenters.times import clock_time, instant

CAUSES = {
    "applicant": marked("waiting for the applicant"),
    "other_body": marked("waiting for another body"),
    "other": marked("another reason"),
}


def _stop(command: Body, teller: Teller) -> Markup:
    cause = _(CAUSES.get(str(command.get("cause")), CAUSES["other"]))
    if command.get("user_task_id"):
        told = say(
            _("%(who)s stopped the clock of %(task)s, %(cause)s"), who=strong(teller.actor),
            task=teller.element(command), cause=cause,
        )  # fmt: skip
    else:
        told = say(_("%(who)s stopped the clock of the case, %(cause)s"), who=strong(teller.actor), cause=cause)
    return because(told, command.get("reason"))


def _start(command: Body, teller: Teller) -> Markup:
    if command.get("user_task_id"):
        told = say(
            _("%(who)s let the clock of %(task)s run again"), who=strong(teller.actor), task=teller.element(command)
        )
    else:
        told = say(_("%(who)s let the clock of the case run again"), who=strong(teller.actor))
    return because(told, command.get("reason"))


def _reckon(_command: Body, _teller: Teller) -> Markup:
    return say(_("The working calendar was changed: deadlines were reckoned again"))


ASKED: dict[str, Sentence] = {"clock.stop": _stop, "clock.start": _start, "deadlines.reckon": _reckon}


def _moved(event: Body, teller: Teller) -> Markup | None:
    before, after = instant(event.get("before")), instant(event.get("after"))
    if before is None or after is None or event.get("cause") == "emergency":
        return None  # told by what the emergency planned
    said = (
        _("%(element)s is due %(after)s instead of %(before)s")
        if event.get("position") is None
        else _("The clock of %(element)s runs until %(after)s instead of %(before)s")
    )
    return say(said, element=teller.element(event), before=clock_time(before), after=strong(clock_time(after)))


def _reckoned(event: Body, teller: Teller) -> Markup | None:
    if not event.get("provisional"):
        return None
    return say(
        _("The deadline of %(element)s is provisional: the days off of a year on the way are not published yet"),
        element=teller.element(event),
    )


def _held(event: Body, teller: Teller) -> Markup | None:
    return say(_("The clock of %(element)s stands"), element=teller.element(event)) if event.get("by_case") else None


HAPPENED: dict[str, Sentence] = {
    "deadline.moved": _moved,
    "deadline.reckoned": _reckoned,
    "deadline.held": _held,
}
