"""Further parts of the case page: who took part, and which other cases have to do with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask import current_app, url_for

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked, ngettext
from web.permissions import may
from web.presenters.case_lines import CaseLine, case_line
from web.presenters.people import actor_name, group_name
from workflow_engine import Actor, CaseDetail, HistoryRow

HOWS = {
    "same_key": marked("Same number"),
    "sent_to": marked("Got a message from this case"),
    "heard_from": marked("Sent a message to this case"),
}
DOORS = (
    ("replay.page", marked("Replay"), "play", "case.audit"),
    ("proof.page", marked("Proof"), "check", "case.audit"),
    ("conflicts.of_case", marked("Conflicts of interest"), "person", "case.start"),
    ("modify.page", marked("Change by hand"), "settings", "case.operate"),
    ("analysis.about", marked("Questions"), "message", "analysis.see"),
)
"""Further pages of a case: shown where they exist and the person holds the verb for the case."""
MOST_PARTICIPANTS = 60


@dataclass(slots=True)
class Participant:
    """Somebody with a part in the case, in words."""

    name: str
    is_unit: bool
    parts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RelatedLine:
    """Another case."""

    line: CaseLine
    how: str


@dataclass(frozen=True, slots=True)
class Door:
    """A further page of the case."""

    label: str
    icon: str
    url: str


def participants(case: CaseDetail) -> list[Participant]:
    """Who started it, who has or had tasks in it, and which units have some on offer; each once."""
    found: dict[str, Participant] = {}
    done: dict[str, int] = {}

    def one(key: str, *, is_unit: bool = False) -> Participant:
        return found.setdefault(key, Participant(group_name(key) if is_unit else actor_name(key), is_unit))

    one(case.case.started_by).parts.append(_("started it"))
    for task in case.user_tasks:
        if task.completed_by:
            done[task.completed_by] = done.get(task.completed_by, 0) + 1
        elif task.state in ("ready", "claimed") and task.assignee:
            one(task.assignee).parts.append(_("is at work"))
        elif task.state == "ready":
            for group in task.candidate_groups:
                one(group, is_unit=True).parts.append(_("has a task on offer"))
    for person, number in done.items():
        one(person).parts.append(ngettext("completed %(num)d task", "completed %(num)d tasks", number))
    for participant in found.values():
        participant.parts = list(dict.fromkeys(participant.parts))
    return list(found.values())[:MOST_PARTICIPANTS]


def related(case: CaseDetail, history: Sequence[HistoryRow], actor: Actor) -> list[RelatedLine]:
    """Other cases within reach that have to do with this one."""
    found = engine().queries.case_lists.related(case.case, dict.fromkeys(_message_ids(history)), actor)
    return [RelatedLine(case_line(one.case), _(HOWS[one.how])) for one in found]


def _message_ids(history: Sequence[HistoryRow]) -> Iterator[str]:
    for row in history:
        for body in (row.command, *row.events):
            if body.get("message_id"):
                yield str(body["message_id"])


def _rooms(case: CaseDetail) -> list[Door]:
    """The room of an emergency."""
    row = case.case
    if not engine().queries.emergencies.is_emergency(row.definition_id, row.process_id):
        return []
    return [Door(_("Duty room"), "pulse", url_for("emergency.room", case_id=row.case_id))]


def doors(case: CaseDetail) -> list[Door]:
    """Further pages of the case that exist and open to this person."""
    consultations = engine().queries.consultations.list_of_case(case.case.case_id)[:1]
    return [
        Door(_("Consultation"), "people", url_for("consultations.page", consultation_id=row.consultation_id))
        for row in consultations
        if case.case.exercise is False
    ] + _rooms(case) + [
        Door(_(label), icon, url_for(endpoint, case_id=case.case.case_id))
        for endpoint, label, icon, verb in DOORS
        if endpoint in current_app.view_functions and (endpoint == "replay.page" or may(verb))
    ]
