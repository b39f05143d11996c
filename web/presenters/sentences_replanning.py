"""Sentences about work that was re-planned for an emergency, and given back."""

from __future__ import annotations

from markupsafe import Markup

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.names import in_language
from web.presenters.people import group_names
from web.presenters.telling import Body, Sentence, Teller, because, say, strong
from web.presenters.times import clock_time, instant

_KEPT = {
    "passed": marked("a clock that ran out meanwhile"),
    "in_hand": marked("somebody has the task and keeps it"),
    "clock_stands": marked("its clock stands at the moment"),
}


def _replan(command: Body, _teller: Teller) -> Markup:
    told = say(_("An emergency of level %(level)s re-planned the work of this case"), level=command.get("level"))
    return because(told, command.get("reason"))


def _revert(command: Body, teller: Teller) -> Markup:
    if command.get("replan_id"):
        told = say(_("The emergency is over: the work of this case got its time back"))
    else:
        told = say(_("%(who)s took the case out of what an emergency re-planned"), who=strong(teller.actor))
    return because(told, command.get("reason"))


ASKED: dict[str, Sentence] = {"case.replan": _replan, "case.revert_replan": _revert}


def _replanned(event: Body, teller: Teller) -> Markup | None:
    due, given = instant(event.get("due_at")), instant(event.get("given_due_at"))
    element, words = teller.element(event), in_language(str(event.get("words") or ""))
    if event.get("deadline") == "keep" or due is None or given is None:
        said = say(_("%(element)s keeps its deadline and has another place in the lists"), element=element)
    else:
        said = say(
            _("%(element)s is due %(after)s instead of %(before)s"), element=element,
            before=clock_time(given), after=strong(clock_time(due)),
        )  # fmt: skip
    return because(said, words)


def _ended(event: Body, teller: Teller) -> Markup | None:
    kept = [_(_KEPT[one]) for one in event.get("kept") or () if one in _KEPT]
    if not kept:
        return None
    return say(
        _("Not everything of %(element)s could be given back: %(kept)s"), element=teller.element(event),
        kept=", ".join(kept),
    )  # fmt: skip


def _offers(event: Body, teller: Teller) -> Markup | None:
    if added := group_names(event.get("added")):
        return say(_("%(element)s is offered to %(whom)s too"), element=teller.element(event), whom=", ".join(added))
    removed = group_names(event.get("removed"))
    return say(
        _("%(element)s is no longer offered to %(whom)s"), element=teller.element(event), whom=", ".join(removed)
    )


HAPPENED: dict[str, Sentence] = {
    "user_task.replanned": _replanned,
    "user_task.plan_ended": _ended,
    "user_task.offers_changed": _offers,
}
