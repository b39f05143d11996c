"""One sentence per fact of a case's history, in the visitor's language. Facts without one stay in the details."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from web.context import engine
from web.i18n import current_language
from web.i18n import gettext as _
from web.presenters import (
    sentences_assignment,
    sentences_ballots,
    sentences_deadlines,
    sentences_emergencies,
    sentences_replanning,
    sentences_requests,
    sentences_work,
)
from web.presenters.people import actor_name, group_names
from web.presenters.telling import Body, Sentence, Teller, because, say, strong
from web.presenters.times import clock_time, due_of, instant
from web.presenters.values import value_text
from workflow_engine import explain_decision


# ------------------------------------------------------------------------------------------------ what was asked
def _start(command: Body, teller: Teller) -> Markup:
    return say(_("%(who)s started the case"), who=strong(teller.actor))


def _complete(command: Body, teller: Teller) -> Markup:
    return say(_("%(who)s completed %(task)s"), who=strong(teller.actor), task=teller.element(command))


def _claim(command: Body, teller: Teller) -> Markup:
    told = say(_("%(who)s took on %(task)s"), who=strong(teller.actor), task=teller.element(command))
    return because(told, _own_reason(command))


def _release(command: Body, teller: Teller) -> Markup:
    told = say(_("%(who)s gave %(task)s back"), who=strong(teller.actor), task=teller.element(command))
    return because(told, _own_reason(command))


def _own_reason(command: Body) -> str | None:
    """The reason, unless the sentence about acting for somebody else gives it."""
    return None if command.get("capacity") else command.get("reason")


def _assign(command: Body, teller: Teller) -> Markup:
    whom = strong(actor_name(command.get("assignee")))
    return say(
        _("%(who)s gave %(task)s to %(whom)s"), who=strong(teller.actor), task=teller.element(command), whom=whom
    )


def _fire(command: Body, teller: Teller) -> Markup:
    return say(_("The time set for %(element)s has come"), element=teller.element(command))


def _message(command: Body, teller: Teller) -> Markup:
    return say(_("The message %(name)s arrived"), name=strong(teller.names.element(command.get("name"))))


def _signal(command: Body, teller: Teller) -> Markup:
    return say(_("The signal %(name)s arrived"), name=strong(teller.names.element(command.get("name"))))


def _with_reason(message: Callable[[], str]) -> Sentence:
    def sentence(command: Body, teller: Teller) -> Markup:
        return because(say(message(), who=strong(teller.actor)), command.get("reason"))

    return sentence


def _change(command: Body, teller: Teller) -> Markup:
    return say(_("%(who)s changed values of the case"), who=strong(teller.actor))


def _job(message: Callable[[], str]) -> Sentence:
    return lambda command, teller: say(message(), element=teller.element(command))


ASKED: dict[str, Sentence] = {
    "case.start": _start,
    "case.cancel": _with_reason(lambda: _("%(who)s cancelled the case")),
    "case.suspend": _with_reason(lambda: _("%(who)s suspended the case")),
    "case.resume": _with_reason(lambda: _("%(who)s let the case go on")),
    "case.change_variables": _change,
    "case.modify": _with_reason(lambda: _("%(who)s changed the case by hand")),
    "case.migrate": _with_reason(lambda: _("%(who)s moved the case to another version")),
    "incident.retry": _with_reason(lambda: _("%(who)s had the stopped step tried again")),
    "user_task.complete": _complete,
    "user_task.claim": _claim,
    "user_task.release": _release,
    "user_task.assign": _assign,
    "timer.fire": _fire,
    "message.correlate": _message,
    "message.publish": _message,
    "signal.deliver": _signal,
    "job.complete": _job(lambda: _("The service behind %(element)s answered")),
    "job.fail": _job(lambda: _("The service behind %(element)s failed")),
    "job.throw_error": _job(lambda: _("The service behind %(element)s reported an error")),
    **sentences_deadlines.ASKED,
    **sentences_emergencies.ASKED,
    **sentences_replanning.ASKED,
    **sentences_work.ASKED,
    **sentences_assignment.ASKED,
    **sentences_ballots.ASKED,
    **sentences_requests.ASKED,
}


# ------------------------------------------------------------------------------------------------ what happened
def _task_created(event: Body, teller: Teller) -> Markup:
    task = teller.element(event)
    due = due_of(instant(event.get("due_at")))
    if event.get("assignee"):
        told = say(_("%(task)s went to %(whom)s"), task=task, whom=strong(actor_name(event["assignee"])))
    else:
        groups = group_names(event.get("candidate_groups")) or [
            actor_name(u) for u in event.get("candidate_users") or ()
        ]
        whom = strong(", ".join(groups)) if groups else _("everybody")
        told = say(_("%(task)s was offered to %(whom)s"), task=task, whom=whom)
    return told + say(_(", due %(time)s"), time=clock_time(due.at)) if due else told


def _task_cancelled(event: Body, teller: Teller) -> Markup:
    return say(_("%(task)s was withdrawn, it is no longer needed"), task=teller.element(event))


def _timer_scheduled(event: Body, teller: Teller) -> Markup | None:
    due = instant(event.get("due_at"))
    if due is None:
        return None
    return say(_("A clock runs for %(element)s until %(time)s"), element=teller.element(event), time=clock_time(due))


def _timer_fired(event: Body, teller: Teller) -> Markup:
    return say(_("The clock of %(element)s ran out"), element=teller.element(event))


def _decided(event: Body, teller: Teller) -> Markup:
    rows = ", ".join(str(row) for row in event.get("matched_rules") or ()) or "—"
    outputs = event.get("outputs")
    answer = teller.values(outputs) if isinstance(outputs, Mapping) else value_text(outputs, teller.names)
    told = say(
        _("%(table)s decided: %(answer)s (row %(rows)s)"), table=teller.element(event), answer=strong(answer), rows=rows
    )
    why = explain_decision(engine(), event, current_language().key)
    if not why:
        return told
    return told + Markup('<details class="fold why"><summary>{}</summary><p>{}</p></details>').format(_("Why"), why)


def _message_thrown(event: Body, teller: Teller) -> Markup:
    return say(_("The message %(name)s was sent"), name=strong(teller.names.element(event.get("name"))))


def _message_caught(event: Body, teller: Teller) -> Markup:
    return say(_("%(element)s received it"), element=teller.element(event))


def _signal_thrown(event: Body, teller: Teller) -> Markup:
    return say(_("The signal %(name)s went out to all"), name=strong(teller.names.element(event.get("name"))))


def _error_caught(event: Body, teller: Teller) -> Markup:
    name = strong(teller.names.element(event.get("code"), event.get("error_kind")))
    if not event.get("caught_by"):
        return say(_("%(element)s raised %(name)s; nobody had to act on it"), element=teller.element(event), name=name)
    by = teller.element(event, "caught_by")
    return say(_("%(element)s raised %(name)s; %(by)s took over"), element=teller.element(event), name=name, by=by)


def _job_created(event: Body, teller: Teller) -> Markup:
    return say(
        _("%(element)s was handed to the service %(topic)s"),
        element=teller.element(event),
        topic=event.get("topic", ""),
    )


def _incident(event: Body, teller: Teller) -> Markup:
    where = teller.element(event) if event.get("element_id") else _("the case")
    return say(_("Stopped at %(where)s: %(message)s"), where=where, message=event.get("message") or event.get("code"))


def _resolved(event: Body, teller: Teller) -> Markup:
    return say(_("The stop number %(number)s is mended"), number=event.get("incident_no"))


def _case_completed(event: Body, teller: Teller) -> Markup:
    return say(_("The case is closed"))


def _changed(event: Body, teller: Teller) -> Markup:
    names = ", ".join(teller.names.variable(name) for name in event.get("names") or ())
    return say(_("Now known: %(names)s"), names=names)


def _conflict(event: Body, teller: Teller) -> Markup:
    paths = ", ".join(teller.names.variable(path) for path in event.get("paths") or ())
    return say(_("Parallel branches gave different values for %(paths)s; both are kept here"), paths=strong(paths))


def _reached(event: Body, teller: Teller) -> Markup | None:
    kind, element_id = event.get("element_kind"), str(event.get("element_id"))
    if kind not in ("endEvent", "intermediateThrowEvent", "manualTask", "callActivity"):
        return None
    if not teller.names.has_name(element_id):
        return None
    if kind == "callActivity":
        return say(_("%(element)s began"), element=teller.element(event))
    return say(_("%(element)s was reached"), element=teller.element(event))


def _migrated(event: Body, teller: Teller) -> Markup:
    return say(_("The case goes on in version %(version)s"), version=strong(str(event.get("version"))))


def _acted_for(event: Body, _teller: Teller) -> Markup:
    """Somebody acted on behalf of another: both are named."""
    other = str(event["on_behalf_of"])
    name = actor_name(other) if other.startswith("user:") else ", ".join(group_names([other]))
    values = {"who": strong(actor_name(event["by"])), "other": strong(name)}
    if event.get("capacity") == "deputy":
        return say(_("%(who)s acted for %(other)s, as their deputy"), **values)
    return say(
        _("%(who)s acted as an administrator for %(other)s: %(reason)s"), **values, reason=event.get("reason") or "–"
    )


HAPPENED: dict[str, Sentence] = {
    "user_task.acted_for": _acted_for,
    "user_task.created": _task_created,
    "user_task.cancelled": _task_cancelled,
    "timer.scheduled": _timer_scheduled,
    "timer.fired": _timer_fired,
    "decision.evaluated": _decided,
    "message.thrown": _message_thrown,
    "message.caught": _message_caught,
    "signal.thrown": _signal_thrown,
    "error.caught": _error_caught,
    "job.created": _job_created,
    "incident.opened": _incident,
    "incident.resolved": _resolved,
    "case.completed": _case_completed,
    "variables.changed": _changed,
    "variables.conflict": _conflict,
    "element.activated": _reached,
    "case.migrated": _migrated,
    **sentences_deadlines.HAPPENED,
    **sentences_replanning.HAPPENED,
    **sentences_work.HAPPENED,
    **sentences_assignment.HAPPENED,
    **sentences_ballots.HAPPENED,
    **sentences_requests.HAPPENED,
}
"""Events that say no more than the command itself (claimed, completed, …) have no sentence of their own."""
