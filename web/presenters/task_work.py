"""What stands around a task: the verbs that can be used now, who else is at work and what they said, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.names import Names
from web.presenters.people import actor_name, find_group_name, group_name
from web.presenters.times import now, span
from workflow_engine import AttachmentRow, CaseDetail, CommentRow, TaskWork, UserTaskRow

VERBS: dict[str, tuple[str, str]] = {
    "answer": (marked("Answer"), marked("The task goes back to its owner with your answer.")),
    "take_back_delegation": (marked("Get back"), marked("The delegate is asked no more; the task is yours again.")),
    "take_back": (marked("Take it back"), marked("Nobody has acted on what followed yet. You get the task again.")),
    "claim": (marked("Take on with a reason"), marked("The task is yours, and the story says why.")),
    "release": (marked("Give back"), marked("The task goes back to all it was offered to.")),
    "return": (marked("Return"), marked("The case goes back to an earlier step, to who did it.")),
    "transfer": (marked("Hand over"), marked("The task changes hands for good.")),
    "delegate": (marked("Delegate"), marked("Somebody prepares it; it comes back to you, and you complete it.")),
    "sign": (marked("Add signers"), marked("Others are asked for their opinion; what they say stays on the record.")),
    "stop_clock": (marked("Stop the clock"), marked("The deadline stands still while others have to act first.")),
    "start_clock": (marked("Let the clock run"), marked("The deadline moves by the time that the clock stood.")),
    "copy": (marked("Copy to"), marked("Others may read the case; they have nothing to do.")),
    "urge": (marked("Urge"), marked("Whoever has the task is told, at most once an hour.")),
}
"""Every verb of the bar in its order: its name, and in a sentence what it does."""
VERBS_OUTSIDE = frozenset({"give_opinion", "remove_signer", "comment", "attach"})
"""Verbs whose forms stand elsewhere on the page."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the bar."""

    key: str
    label: str
    does: str
    is_open: bool
    """Its form was refused and is shown again."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What somebody was asked and said."""

    who: str
    what: str
    """In a few words: how they take part."""
    said: str
    state: str
    at: datetime
    opinion_id: str | None = None
    """Set while the question can be taken back."""


PLACES = {
    "before": marked("asked before the task is completed"),
    "beside": marked("asked beside the task"),
    "after": marked("asked once the task is completed"),
}


def around(task: UserTaskRow, work: TaskWork, case: CaseDetail, names: Names, refused: str) -> dict[str, Any]:
    """The template's values for everything around the task; ``refused`` is the verb whose form is shown again."""
    told = {task.user_task_id, *(one.opinion_id for one in work.opinions)}
    return {
        "work": work,
        "verbs": [
            Verb(key, _(label), _(does), key == refused) for key, (label, does) in VERBS.items() if key in work.verbs
        ],
        "voices": _voices(work),
        "others": [
            (names.element(row.element_id, row.name), _holder(row))
            for row in case.user_tasks
            if row.state in ("ready", "claimed") and row.user_task_id not in told
        ],
        "waits_for": [subject_name(subject) for subject in work.waits_for],
        "steps_back": [
            (step, names.element(step.element_id, step.name), actor_name(step.completed_by)) for step in work.steps_back
        ],
        "comments": comments_of(work.comments),
        "files": files_of(work.attachments),
        "copies": [(actor_name(row.person_id), row.read_at) for row in work.copies],
        "places": PLACES,
    }


def comments_of(comments: Iterable[CommentRow]) -> list[tuple[CommentRow, str, Markup]]:
    """Comments with their writers and their text."""
    return [(row, actor_name(row.written_by), with_mentions(row.text)) for row in comments]


def files_of(attachments: Iterable[AttachmentRow]) -> list[tuple[AttachmentRow, str]]:
    """Files that are still there, with who added them."""
    return [(row, actor_name(row.added_by)) for row in attachments if row.removed_at is None]


def subject_name(subject: str) -> str:
    """A person's, unit's or role's name."""
    return group_name(subject) if find_group_name(subject) else actor_name(subject)


def with_mentions(text: str) -> Markup:
    """A comment as people read it: line breaks kept, mentions emphasised, everything else escaped."""
    words = [
        f"<b>{word}</b>" if word.startswith("@") and len(word) > 1 else word for word in str(escape(text)).split(" ")
    ]
    return Markup(" ".join(words))  # noqa: S704 - escaped above


def working_clock(due_at: datetime | None) -> str:
    """How much working time is left until the deadline, or has passed since, by the city's working calendar."""
    if due_at is None:
        return ""
    calendar, here = engine().queries.organisation.working_calendar(), now()
    if due_at >= here:
        left = calendar.working_time_between(here, due_at).total_seconds()
        return _("%(span)s of working time left", span=span(left))
    passed = calendar.working_time_between(due_at, here).total_seconds()
    return _("%(span)s of working time over the deadline", span=span(passed))


def _voices(work: TaskWork) -> list[Voice]:
    found = [
        Voice(
            actor_name(row.delegate),
            _("prepared it for %(owner)s", owner=actor_name(row.owner)),
            row.answer or row.reason,
            row.state,
            row.ended_at or row.delegated_at,
        )
        for row in work.delegations
    ]
    for row in work.opinions:
        can_end = row.state in ("waiting", "open")
        state = ("agrees" if row.agrees else "objects") if row.state == "answered" else row.state
        who = subject_name(row.answered_by or row.subject)
        said = row.answer or row.question
        opinion_id = row.opinion_id if can_end else None
        found.append(Voice(who, _(PLACES[row.place]), said, state, row.ended_at or row.asked_at, opinion_id))
    return sorted(found, key=lambda voice: voice.at)


def _holder(row: Any) -> str:
    if row.assignee:
        return actor_name(row.assignee)
    return ", ".join(group_name(group) for group in row.candidate_groups) or _("everybody")


STATES: Mapping[str, str] = {
    "agrees": marked("agrees"),
    "objects": marked("objects"),
    "waiting": marked("not asked yet"),
    "open": marked("has not answered yet"),
    "removed": marked("asked no more"),
    "withdrawn": marked("asked no more"),
    "pending": marked("at work on it"),
    "resolved": marked("answered"),
    "taken_back": marked("taken back"),
}
