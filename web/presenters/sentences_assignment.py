"""Sentences about who got a task instead of whom, and who takes no part in a case; see ``sentences``."""

from __future__ import annotations

from markupsafe import Markup

from web.i18n import gettext as _
from web.presenters.people import actor_name, group_name
from web.presenters.task_work import subject_name
from web.presenters.telling import Body, Sentence, Teller, say, strong


def subject_words(subject: str) -> str:
    """Whoever a task can go to, by name: a person, or a group."""
    kind = subject.partition(":")[0]
    return group_name(subject) if kind in ("head", "duty", "administrators") else subject_name(subject)


def _declared(command: Body, teller: Teller) -> Markup:
    person = str(command.get("person_id") or "")
    told = (
        say(_("%(who)s has a conflict of interest and takes no further part"), who=strong(actor_name(person)))
        if actor_name(person) == teller.actor
        else say(
            _("%(who)s noted that %(whom)s has a conflict of interest and takes no further part"),
            who=strong(teller.actor), whom=strong(actor_name(person)),
        )
    )  # fmt: skip
    return _because(told, command)


def _lifted(command: Body, teller: Teller) -> Markup:
    person = strong(actor_name(str(command.get("person_id") or "")))
    return _because(say(_("%(who)s lets %(whom)s take part again"), who=strong(teller.actor), whom=person), command)


def _because(told: Markup, command: Body) -> Markup:
    reason = command.get("reason")
    return told + say(_(": %(reason)s"), reason=reason) if reason else told


def _fell_to(event: Body, teller: Teller) -> Markup:
    named = [subject_words(str(one)) for one in event.get("instead_of") or ()]
    values = {"task": teller.element(event), "whom": strong(subject_words(str(event.get("group") or "")))}
    if not named:
        return say(_("%(task)s fell to %(whom)s: the model names nobody"), **values)
    values["named"] = strong(", ".join(named))
    if event.get("because") == "barred":
        return say(_("%(task)s fell to %(whom)s: %(named)s may not do it"), **values)
    return say(_("%(task)s fell to %(whom)s: there is nobody in %(named)s"), **values)


def _kept_from(event: Body, teller: Teller) -> Markup:
    people = ", ".join(actor_name(str(one)) for one in event.get("people") or ())
    message = (
        _("%(whom)s is no longer there: %(task)s is offered to others")
        if event.get("because") == "gone"
        else _("%(task)s was kept from %(whom)s, who may not do it")
    )
    return say(message, task=teller.element(event), whom=strong(people))


ASKED: dict[str, Sentence] = {"case.declare_conflict": _declared, "case.lift_conflict": _lifted}
HAPPENED: dict[str, Sentence] = {"user_task.fell_to": _fell_to, "user_task.kept_from": _kept_from}
