"""Findings in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.names import in_language
from web.presenters.people import group_names
from web.presenters.times import span
from workflow_engine import FindingRow

STATES = {
    "open": marked("being carried out"), "overdue": marked("overdue"), "to_accept": marked("to be accepted"),
    "closed": marked("accepted as done"), "withdrawn": marked("withdrawn"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """A finding as it is listed."""

    row: FindingRow
    what: str
    source: str
    owner: str
    state: str
    late: str
    """How long it is overdue; empty when it is not."""


def told_finding(row: FindingRow) -> ToldFinding:
    """The finding in the reader's language."""
    late = ""
    if row.state == "overdue" and row.due_at is not None:
        late = span((engine().clock.now() - row.due_at).total_seconds())
    return ToldFinding(
        row, in_language(row.what), in_language(row.source_title), ", ".join(group_names(row.owner)),
        _(STATES[row.state]), late,
    )  # fmt: skip
