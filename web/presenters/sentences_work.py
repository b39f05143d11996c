"""Sentences about people working together on a task; see ``sentences``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from web.i18n import gettext as _
from web.presenters.people import actor_name
from web.presenters.task_work import subject_name
from web.presenters.telling import Body, Sentence, Teller, because, say, strong


def _names(subjects: Iterable[str]) -> Markup:
    return strong(", ".join(subject_name(subject) for subject in subjects))


def _about(message: Callable[[], str], key: str = "reason") -> Sentence:
    """A sentence about who did it and the task, with what they wrote."""

    def sentence(command: Body, teller: Teller) -> Markup:
        told = say(message(), who=strong(teller.actor), task=teller.element(command))
        return because(told, command.get(key))

    return sentence


def _to(message: Callable[[], str]) -> Sentence:
    def sentence(command: Body, teller: Teller) -> Markup:
        whom = _names([str(command.get("to") or command.get("person") or "")])
        told = say(message(), who=strong(teller.actor), task=teller.element(command), whom=whom)
        return because(told, command.get("reason"))

    return sentence


def _ask(command: Body, teller: Teller) -> Markup:
    messages = {
        "before": _("%(who)s asked %(whom)s for an opinion before %(task)s is completed"),
        "beside": _("%(who)s asked %(whom)s for an opinion beside %(task)s"),
        "after": _("%(who)s wants the opinion of %(whom)s once %(task)s is completed"),
    }
    told = say(
        messages[str(command.get("place", "before"))],
        who=strong(teller.actor), task=teller.element(command), whom=_names(command.get("subjects") or ()),
    )  # fmt: skip
    return because(told, command.get("reason"))


def _opinion(command: Body, teller: Teller) -> Markup:
    message = _("%(who)s agrees at %(task)s") if command.get("agrees") else _("%(who)s objects at %(task)s")
    told = say(message, who=strong(teller.actor), task=teller.element(command))
    return because(told, command.get("opinion"))


def _return(command: Body, teller: Teller) -> Markup:
    path = command.get("path") or [""]
    target = strong(teller.names.element(str(path[-1]), None))
    message = (
        _("%(who)s returned %(task)s to %(target)s, to come straight back")
        if command.get("come_back")
        else _("%(who)s returned %(task)s to %(target)s")
    )
    told = say(message, who=strong(teller.actor), task=teller.element(command), target=target)
    return because(told, command.get("reason"))


def _copy(command: Body, teller: Teller) -> Markup:
    told = say(
        _("%(who)s copied the case to %(whom)s"), who=strong(teller.actor), whom=_names(command.get("people") or ())
    )
    return because(told, command.get("reason"))


def _simple(message: Callable[[], str], key: str = "") -> Sentence:
    def sentence(command: Body, teller: Teller) -> Markup:
        return because(say(message(), who=strong(teller.actor)), command.get(key) if key else None)

    return sentence


ASKED: dict[str, Sentence] = {
    "user_task.transfer": _to(lambda: _("%(who)s handed %(task)s over to %(whom)s")),
    "user_task.delegate": _to(lambda: _("%(who)s delegated %(task)s to %(whom)s")),
    "user_task.answer_delegation": _about(lambda: _("%(who)s prepared %(task)s and gave it back"), "answer"),
    "user_task.take_back_delegation": _about(lambda: _("%(who)s got %(task)s back from its delegate")),
    "user_task.ask_opinions": _ask,
    "user_task.give_opinion": _opinion,
    "user_task.remove_signer": _about(lambda: _("%(who)s asks a signer of %(task)s no more")),
    "user_task.add_instance": _to(lambda: _("%(who)s had %(whom)s decide on %(task)s as well")),
    "user_task.remove_instance": _about(lambda: _("%(who)s took one away from those who decide on %(task)s")),
    "user_task.return": _return,
    "user_task.take_back": _about(lambda: _("%(who)s took %(task)s back")),
    "case.copy": _copy,
    "case.mark_read": _simple(lambda: _("%(who)s took note of the case")),
    "user_task.urge": _about(lambda: _("%(who)s urged %(task)s")),
    "case.comment": _simple(lambda: _("%(who)s said"), "text"),
    "case.attach": _simple(lambda: _("%(who)s added a file"), "name"),
    "case.remove_attachment": _simple(lambda: _("%(who)s removed a file"), "reason"),
}


def _opened(event: Body, teller: Teller) -> Markup:
    whom = _names([str(event.get("subject"))])
    return say(_("%(whom)s is asked for an opinion on %(task)s now"), whom=whom, task=teller.element(event))


def _ended(event: Body, teller: Teller) -> Markup | None:
    if event.get("outcome") != "withdrawn":
        return None
    whom = _names([str(event.get("subject"))])
    return say(_("The opinion of %(whom)s is no longer needed"), whom=whom)


def _given_to(event: Body, teller: Teller) -> Markup | None:
    if not event.get("assignee"):
        return None
    whom = strong(actor_name(str(event["assignee"])))
    target = teller.element(event, "to_element_id")
    return say(_("%(target)s is to be done again by %(whom)s"), target=target, whom=whom)


HAPPENED: dict[str, Sentence] = {
    "opinion.opened": _opened,
    "opinion.ended": _ended,
    "user_task.returned": _given_to,
}
