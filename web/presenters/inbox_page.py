"""Everything the inbox shows, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web.context import engine
from web.i18n import gettext as _
from web.presenters.case_lines import CaseLine, case_lines
from web.presenters.copies import copy_lines
from web.presenters.names import names_of
from web.presenters.people import find_group_name
from web.presenters.tasks import TaskLine, rows_of
from web.ui import wishes
from web.ui.wishes import Wish
from workflow_engine import MOST_COUNTED, Actor

PAGE_ROWS = 40
MOST_UNITS = 300
BULK_QUEUES = frozenset({"mine", "offered", "due_today", "overdue"})


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue with how much is in it."""

    key: str
    label: str
    icon: str
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A task in the list, and whether this person has looked at it."""

    task: TaskLine
    is_unread: bool
    is_open_to_take: bool


def inbox_page(actor: Actor, wish: Wish, after: str | None) -> dict[str, Any]:
    """The template's values."""
    queue = wish.get("queue", "mine")
    return {
        "wish": wish,
        "queue": queue,
        "queues": queue_lines(actor, wish, queue),
        "queue_name": _(wishes.QUEUES[queue]),
        "after": after,
        "bulk": queue in BULK_QUEUES,
        "sorts": {} if queue not in ("mine", "offered", "waiting") else wishes.SORT_NAMES,
        "sort": wish.get("sort", "priority"),
        "priorities": wishes.PRIORITY_NAMES,
        "kinds": wishes.KINDS,
        "processes": process_names(),
        **_list(actor, wish, queue, after),
    }


def fingerprint(values: dict[str, Any]) -> str:
    """What makes the list another one: which rows, whose, how late, what is new, and the counts."""
    rows = [
        (line.task.row.user_task_id, line.task.row.state, line.task.row.assignee, line.is_unread,
         line.task.due and line.task.due.urgency)
        for line in values["rows"]
    ]  # fmt: skip
    cases = [(line.row.case_id, line.row.state, line.row.incident_count) for line in values["lines"]]
    copies = [(line.key, line.case_id, line.sent_at, line.is_unread) for line in values["copies"]]
    return repr((rows, cases, copies, [queue.count for queue in values["queues"]], values["next_cursor"]))


def _list(actor: Actor, wish: Wish, queue: str, after: str | None) -> dict[str, Any]:
    queries = engine().queries
    if queue == "started":
        found = queries.case_lists.page(actor, wishes.case_wish(wish, started_by=actor.actor_id), after, PAGE_ROWS)
        lines: list[CaseLine] = case_lines(found.items)
        return {"rows": [], "lines": lines, "copies": [], "next_cursor": found.next_cursor}
    if queue == "copied":
        copies, further = copy_lines(actor, after, PAGE_ROWS)
        return {"rows": [], "lines": [], "copies": copies, "next_cursor": further}
    tasks = queries.tasks.page(actor, wishes.task_wish(wish, queue), after, PAGE_ROWS)
    seen = queries.desk.seen(actor.actor_id, [row.user_task_id for row in tasks.items])
    rows = [
        InboxLine(line, queue != "done" and line.row.user_task_id not in seen, line.row.assignee is None)
        for line in rows_of(tasks.items)
    ]
    return {"rows": rows, "lines": [], "copies": [], "next_cursor": tasks.next_cursor}


def queue_lines(actor: Actor, wish: Wish, current: str) -> list[QueueLine]:
    """The queues, with counts that stop where nobody counts on."""
    counts = engine().queries.tasks.counts(
        actor, {queue: wishes.task_wish(Wish("inbox"), queue) for queue in wishes.COUNTED}
    )
    counts["copied"] = sum(engine().queries.work.count_unread(actor))
    keep = {name: value for name, value in (("sort", wish.get("sort")),) if value}
    return [
        QueueLine(
            key, _(label), wishes.ICONS[key], Wish("inbox", {"queue": key, **keep}).url("inbox.page"),
            told(counts.get(key, 0)), key == current,
        )
        for key, label in wishes.QUEUES.items()
    ]  # fmt: skip


def told(count: int) -> str:
    """A count as it is shown: nothing for none, and ``99+`` for many."""
    if not count:
        return ""
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count)


def process_names() -> list[tuple[str, str]]:
    """Every process that there is, by its name."""
    newest = {row.process_id: row for row in reversed(engine().queries.list_definitions())}
    named = [(row.process_id, names_of(row.definition_id).process(row.name)) for row in newest.values()]
    return sorted(named, key=lambda pair: pair[1])


def unit_choices(actor: Actor, chosen: str) -> list[tuple[str, str]]:
    """Units and roles to filter by: the visitor's own first, then those that are named; a bounded list."""
    own = sorted(group for group in actor.groups if find_group_name(group))
    named = [group.group_id for group in engine().queries.list_groups()[:MOST_UNITS]]
    subjects = dict.fromkeys([*own, *named, *([chosen] if chosen else [])])
    return [(subject, find_group_name(subject) or subject) for subject in subjects]
