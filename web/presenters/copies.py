"""What was copied to a person, and notes to them and their units: mentions, urgings, what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.case_lines import case_line
from web.presenters.people import actor_name
from workflow_engine import Actor

MOST_NOTES = 40
KINDS = {
    "copy": marked("copied this to you"),
    "mention": marked("mentioned you"),
    "urge": marked("asks you to hurry"),
    "returned": marked("returned it"),
    "took_back": marked("took it back"),
    "transferred": marked("transferred it to you"),
    "delegated": marked("delegated it to you"),
    "answered": marked("answered you"),
    "opinion": marked("gave an opinion"),
    "removed": marked("no longer asks you"),
}
CALLED_AGAIN = marked("calls you again: nobody has answered yet")
"""An urging that no person wrote: the call of an emergency."""


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One copy or note."""

    key: str
    """Of the note; empty for a copy, of which all of a case are read together."""
    case_id: str
    title: str
    url: str
    who: str
    what: str
    text: str
    sent_at: datetime
    is_unread: bool


def copy_lines(actor: Actor, after: str | None, limit: int) -> tuple[list[CopyLine], str | None]:
    """The newest first; notes stand on the first page only, as they are few."""
    queries = engine().queries
    copies = queries.work.copies(actor, after=after, limit=limit)
    notes = [] if after else queries.work.notes(actor, limit=MOST_NOTES)
    titles = {
        row.case_id: case_line(row).title
        for row in queries.case_lists.get_many(
            actor, [*(copy.case_id for copy in copies.items), *(note.case_id for note in notes)]
        )
    }
    told = [
        ("", row.case_id, row.user_task_id, row.sent_by, "copy", row.reason, row.sent_at, row.read_at)
        for row in copies.items
    ]
    told += [
        (row.note_id, row.case_id, row.user_task_id, row.sent_by, row.kind, row.text, row.sent_at, row.read_at)
        for row in notes
    ]
    lines = [
        CopyLine(
            key, case_id, titles[case_id], _url(case_id, task_id), actor_name(sent_by), _what(kind, sent_by), text,
            sent_at, read_at is None,
        )
        for key, case_id, task_id, sent_by, kind, text, sent_at, read_at in told
        if case_id in titles
    ]  # fmt: skip
    return sorted(lines, key=lambda line: line.sent_at, reverse=True), copies.next_cursor


def _url(case_id: str, user_task_id: str | None) -> str:
    if user_task_id:
        return url_for("tasks.page", user_task_id=user_task_id)
    return url_for("cases.page", case_id=case_id)


def _what(kind: str, sent_by: str) -> str:
    said = KINDS.get(kind, kind)
    if kind == "urge" and sent_by.startswith("system:"):
        said = CALLED_AGAIN
    return _(said)
