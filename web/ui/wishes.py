"""What a list is asked to show, read from its address, and the address for what it is to show next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request, url_for

from web.auth import current_actor
from web.context import engine
from web.i18n import marked
from web.presenters.times import zone
from web.ui.requests import LONGEST_SEARCH
from workflow_engine import PRIORITIES, SORTS, CaseFilter, TaskWish, ViewRow

QUEUES = {
    "mine": marked("Mine"),
    "offered": marked("For my units"),
    "due_today": marked("Due today"),
    "overdue": marked("Overdue"),
    "waiting": marked("Waiting for others"),
    "copied": marked("Copied to me"),
    "started": marked("Started by me"),
    "done": marked("Done"),
}
ICONS = {
    "mine": "person", "offered": "people", "due_today": "today", "overdue": "overdue", "waiting": "waiting",
    "copied": "copied", "started": "start", "done": "check",
}  # fmt: skip
COUNTED = ("mine", "offered", "due_today", "overdue", "waiting")
SORT_NAMES = {
    "priority": marked("Most urgent"),
    "due": marked("Due first"),
    "age": marked("Oldest first"),
    "process": marked("By process"),
}
PRIORITY_NAMES = {
    "emergency": marked("Emergency"),
    "high": marked("High"),
    "normal": marked("Normal"),
    "low": marked("Low"),
}
KINDS = {"real": marked("Real cases"), "exercise": marked("Exercises")}
CASE_STATES = ("active", "suspended", "completed", "terminated", "cancelled")
ALLOWED: Mapping[str, Mapping[str, tuple[str, ...] | None]] = {
    "inbox": {
        "queue": tuple(QUEUES), "q": None, "sort": SORTS, "process": None, "priority": PRIORITIES, "kind": tuple(KINDS),
    },
    "cases": {
        "q": None, "process": None, "state": CASE_STATES, "unit": None, "key": None, "from": None, "until": None,
        "kind": tuple(KINDS),
    },
}  # fmt: skip
"""What each list can be asked for; None: any text."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list shows now: its filters, and the saved view they come from."""

    list_name: str
    values: Mapping[str, str] = field(default_factory=dict)
    view: ViewRow | None = None

    def get(self, name: str, otherwise: str = "") -> str:
        """One of the filters."""
        return self.values.get(name, otherwise)

    @property
    def filters(self) -> dict[str, str]:
        """Everything but the queue and the order: what can be taken away again."""
        return {name: value for name, value in self.values.items() if name not in ("queue", "sort")}

    def url(self, endpoint: str, **changes: str | None) -> str:
        """The address of the same list with some things changed; None takes one away."""
        values: dict[str, Any] = {**self.values, **changes}
        return url_for(endpoint, **{name: value for name, value in values.items() if value})


def read_wish(list_name: str, views: list[ViewRow]) -> Wish:
    """The wish in the address, on top of the saved view that it names; without any, of the default view."""
    given = clean(list_name, request.args)
    wanted = request.args.get("view")
    view = next((view for view in views if view.view_id == wanted), None)
    if view is None and not request.args:
        view = next((view for view in views if view.is_default), None)
    if view is None:
        return Wish(list_name, given)
    return Wish(list_name, {**clean(list_name, view.wanted), **given}, view)


def clean(list_name: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Only what the list knows, and no empty values."""
    found = {}
    for name, allowed in ALLOWED[list_name].items():
        value = str(given.get(name) or "").strip()[: LONGEST_SEARCH if name == "q" else LONGEST]
        if value and (allowed is None or value in allowed):
            found[name] = value
    return found


def task_wish(wish: Wish, queue: str) -> TaskWish:
    """The engine's words for a queue with the wish's filters."""
    return TaskWish(
        queue=queue, search=wish.get("q"), sort=wish.get("sort", "priority"), process_id=wish.get("process") or None,
        priority=wish.get("priority") or None, exercise=is_exercise(wish), now=engine().clock.now(),
        day_ends=day_ends(),
    )  # fmt: skip


def case_wish(wish: Wish, started_by: str | None = None) -> CaseFilter:
    """The same for a list of cases."""
    return CaseFilter(
        process_id=wish.get("process") or None, state=wish.get("state") or None, search=wish.get("q") or None,
        exercise=is_exercise(wish), unit=wish.get("unit") or None, business_key=wish.get("key") or None,
        started_by=started_by, started_from=midnight(wish.get("from"), 0),
        started_until=midnight(wish.get("until"), 1),
    )  # fmt: skip


def is_exercise(wish: Wish) -> bool | None:
    """Whether only exercises, or only real cases, are wanted."""
    kind = wish.get("kind")
    return None if not kind else kind == "exercise"


def day_ends() -> datetime:
    """The midnight that ends today in the time zone of the pages."""
    local = engine().clock.now().astimezone(zone())
    return datetime.combine(local.date() + timedelta(days=1), time(), zone())


def midnight(day: str, days_later: int) -> datetime | None:
    """The start of a day given as text, or of one so many days later; None for anything else."""
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=days_later), time(), zone())
    except (ValueError, OverflowError):
        return None


def my_views(list_name: str) -> list[ViewRow]:
    """The visitor's saved views of a list."""
    return engine().queries.desk.list_views(current_actor().actor_id, list_name)
