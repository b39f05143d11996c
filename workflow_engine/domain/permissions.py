"""Who may do what, by verb: one question, ``may``, over the table of grants that administrators keep.

A grant gives a verb to a person or group, in a unit and all below it or everywhere, for a process or for every one.
``HOLDERS`` is what a new installation begins with; from then on the table alone counts. A user task's own people are
its model's matter.
"""

from __future__ import annotations

from workflow_engine.domain.actors import Actor, Held
from workflow_engine.domain.errors import NotPermittedError

ADMINISTRATORS = "administrators"
AUDITORS = "auditors"
MODELLERS = "modellers"
DUTY_ROOM, BUREAU_HEAD = "role:duty_room", "role:bureau_head"
WARNING_APPROVER = "role:warning_approver"
INFORMATION_GROUP, DUTY_DEPUTY = "role:information_group", "role:duty_deputy"
COMMANDERS = frozenset({
    "role:commander", "role:deputy_commander", "role:district_lead", "role:bureau_head", "role:mayor",
})  # fmt: skip
PARTICIPATION_OFFICE = "role:participation_office"
SUPERVISION, LEADERS = "role:supervision", "role:leader"
DATA_BUREAU = "role:data_bureau"
THIRD_PARTY = "role:third_party"
CLERKS, DISPATCHERS, HOTLINE_AUDITORS = "role:hotline_clerk", "role:hotline_dispatcher", "role:hotline_auditor"
RESOURCE_COORDINATORS = "role:resource_coordinator"
GRID_DISPATCHERS, INSPECTORS = "role:grid_dispatcher", "role:grid_inspector"
CALLERS_BACK = "role:callback"
TOPIC_OFFICE = "role:topic_office"
EVERYBODY = "*"
"""Holds what everybody may do who is known to the product."""

HOLDERS: dict[str, frozenset[str]] = {
    "definition.see": frozenset({ADMINISTRATORS, AUDITORS, MODELLERS}),
    "definition.deploy": frozenset({ADMINISTRATORS, MODELLERS}),
    "definition.release": frozenset({ADMINISTRATORS, MODELLERS}),
    "definition.retire": frozenset({ADMINISTRATORS, MODELLERS}),
    "case.start": frozenset({EVERYBODY}),
    "case.see_all": frozenset({ADMINISTRATORS, AUDITORS, SUPERVISION, LEADERS}),
    "case.operate": frozenset({ADMINISTRATORS}),
    "case.audit": frozenset({AUDITORS}),
    "case.export": frozenset({ADMINISTRATORS, AUDITORS}),
    "task.act_for": frozenset({ADMINISTRATORS}),
    "ballot.conduct": frozenset({ADMINISTRATORS}),
    "alert.import": frozenset({ADMINISTRATORS, DUTY_ROOM}),
    "warning.lift": frozenset({ADMINISTRATORS, WARNING_APPROVER}),
    "emergency.call": frozenset({
        ADMINISTRATORS, DUTY_ROOM, "role:duty_deputy", "role:commander", "role:deputy_commander", "role:bureau_head",
    }),
    "situation_report.send": frozenset({ADMINISTRATORS, DUTY_ROOM, DUTY_DEPUTY, INFORMATION_GROUP}),
    "situation_report.correct": frozenset({ADMINISTRATORS, DUTY_ROOM, DUTY_DEPUTY, INFORMATION_GROUP}),
    "situation_report.approve": frozenset({ADMINISTRATORS, DUTY_DEPUTY}) | COMMANDERS,
    "situation_report.brief": frozenset({ADMINISTRATORS, DUTY_DEPUTY}) | COMMANDERS,
    "emergency.replan": frozenset({ADMINISTRATORS, DUTY_ROOM}),
    "message.publish": frozenset({ADMINISTRATORS}),
    "consultation.run": frozenset({ADMINISTRATORS, PARTICIPATION_OFFICE}),
    "supervision.see": frozenset({ADMINISTRATORS, AUDITORS, SUPERVISION, LEADERS}),
    "supervision.issue": frozenset({SUPERVISION, LEADERS}),
    "indicator.manage": frozenset({ADMINISTRATORS, DATA_BUREAU}),
    "indicator.enter": frozenset({ADMINISTRATORS, DATA_BUREAU, THIRD_PARTY}),
    "service_request.see": frozenset({
        ADMINISTRATORS, AUDITORS, CLERKS, DISPATCHERS, HOTLINE_AUDITORS, GRID_DISPATCHERS, SUPERVISION, LEADERS,
        CALLERS_BACK,
    }),
    "service_request.submit": frozenset({ADMINISTRATORS, CLERKS, DISPATCHERS, GRID_DISPATCHERS, INSPECTORS}),
    "service_request.handle": frozenset({ADMINISTRATORS, CLERKS, DISPATCHERS, GRID_DISPATCHERS}),
    "service_request.moderate": frozenset({ADMINISTRATORS, DISPATCHERS, HOTLINE_AUDITORS}),
    "service_request.import": frozenset({ADMINISTRATORS}),
    "resource.see": frozenset({ADMINISTRATORS, AUDITORS, DUTY_ROOM, RESOURCE_COORDINATORS, SUPERVISION, LEADERS}),
    "resource.coordinate": frozenset({ADMINISTRATORS, RESOURCE_COORDINATORS}),
    "resource.keep": frozenset({ADMINISTRATORS, RESOURCE_COORDINATORS, DUTY_ROOM}),
    "hot_spot.see": frozenset({ADMINISTRATORS, AUDITORS, TOPIC_OFFICE, DISPATCHERS, SUPERVISION, LEADERS}),
    "hot_spot.decide": frozenset({ADMINISTRATORS, TOPIC_OFFICE}),
    "exercise.see": frozenset({ADMINISTRATORS, AUDITORS, DUTY_ROOM, BUREAU_HEAD, LEADERS}),
    "exercise.conduct": frozenset({ADMINISTRATORS, DUTY_ROOM, BUREAU_HEAD}),
    "job.work": frozenset({ADMINISTRATORS}),
    "organisation.see": frozenset({ADMINISTRATORS, AUDITORS}),
    "organisation.load": frozenset({ADMINISTRATORS}),
    "organisation.administer": frozenset({ADMINISTRATORS}),
    "settings.change": frozenset({ADMINISTRATORS}),
    "analysis.see": frozenset({ADMINISTRATORS, AUDITORS}),
    "inspection.do": frozenset({AUDITORS}),
    "reading.see": frozenset({ADMINISTRATORS, AUDITORS}),
}
"""Every verb, with the groups that hold it in a new installation, everywhere and for every process.

``case.audit`` is the reader's verb: who holds it anywhere reads and changes nothing, whatever else they hold.
"""
SCOPED = frozenset({
    "definition.see", "definition.deploy", "definition.release", "definition.retire", "case.start", "case.see_all",
    "case.operate", "case.audit", "case.export", "task.act_for", "ballot.conduct",
    "consultation.run", "supervision.see", "supervision.issue", "service_request.see", "service_request.submit",
    "service_request.handle", "service_request.moderate", "resource.see", "resource.coordinate",
})  # fmt: skip
"""Verbs that may be granted for a part of the city or for one process; the others are held everywhere or not at all."""
POWER = frozenset(HOLDERS) - {
    "case.start", "definition.see", "organisation.see", "alert.import", "service_request.submit",
    # What whoever is put on duty tonight must do tonight; every act of it stands in the record.
    "emergency.call", "emergency.replan", "exercise.conduct", "exercise.see", "resource.see",
    "resource.keep",
    "situation_report.approve", "situation_report.brief", "situation_report.correct", "situation_report.send",
}  # fmt: skip
"""Verbs that nobody gets on one person's word: a second administrator agrees to each grant."""


def held_by_default(actor: Actor) -> tuple[Held, ...]:
    """What a new installation gives the actor."""
    groups = actor.groups | {EVERYBODY}
    return tuple(Held(verb) for verb, holders in HOLDERS.items() if not holders.isdisjoint(groups))


def held(actor: Actor, verb: str) -> tuple[Held, ...]:
    """How far the actor holds the verb; nothing when they do not."""
    if actor.is_system or verb in actor.permissions:
        return (Held(verb),)
    if actor.held is not None:
        return tuple(one for one in actor.held if one.verb == verb)
    holders = HOLDERS[verb]
    return (Held(verb),) if EVERYBODY in holders or actor.is_one_of(holders) else ()


def may(actor: Actor, verb: str, unit_id: str | None = None, process_id: str | None = None) -> bool:
    """Whether the actor holds the verb for what belongs to this unit and process.

    Without them: whether it is held everywhere and for every process.
    """
    return any(one.reaches(unit_id, process_id) for one in held(actor, verb))


def may_somewhere(actor: Actor, verb: str) -> bool:
    """Whether the actor holds the verb at all; for doors to places where each thing is asked about again."""
    return bool(held(actor, verb))


def is_reader(actor: Actor) -> bool:
    """Whether the actor is one who reads and never writes."""
    return not actor.is_system and may_somewhere(actor, "case.audit")


def require_permission(
    actor: Actor, verb: str, what: str, unit_id: str | None = None, process_id: str | None = None
) -> None:
    """Raise NotPermittedError unless ``may``; ``what`` ends the sentence "Expected to …"."""
    if not may(actor, verb, unit_id, process_id):
        raise NotPermittedError(f"Expected to {what}, but that takes the right {verb!r} there.", verb=verb)


def require_somewhere(actor: Actor, verb: str, what: str) -> None:
    """Raise NotPermittedError unless ``may_somewhere``; each thing it is done to is asked about again."""
    if not may_somewhere(actor, verb):
        raise NotPermittedError(f"Expected to {what}, but that takes the right {verb!r}.", verb=verb)


def require_writer(actor: Actor, what: str) -> None:
    """Raise NotPermittedError for those who only read."""
    if is_reader(actor):
        raise NotPermittedError(f"Expected to {what}, but auditors read and change nothing.", verb="case.audit")
