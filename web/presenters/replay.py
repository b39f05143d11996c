"""A case as data for its replay: one compact list per entry; the sentences are the story's own.

What an entry did to the tokens stands in *steps*, small lists that begin with a letter. ``static/js/replay-state.js``
and ``presenters/replay_state.py`` fold them in the same way:

``a`` token, element, flow, scope: a token came to an element · ``c`` token, element: it is done there · ``x`` the same:
withdrawn · ``m`` merged tokens · ``t`` token, who, whether one person has it, due: work for people · ``u`` token: that
is over · ``w`` key, element, due, name: the case waits for an instant or a message · ``o`` key: no longer ·
``l`` token, version: a process was called · ``v`` version: the case runs on it · ``n`` old to new names of elements ·
``i`` number, token: stopped ·
``j`` number: mended · ``e`` the case has ended.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from web.context import engine
from web.i18n import gettext as _
from web.presenters.names import Names, names_of
from web.presenters.people import actor_name, group_names, unit_name
from web.presenters.replay_votes import ToldVote, numbered, votes_before
from web.presenters.story import Moment, tell
from web.presenters.times import exact, instant
from web.presenters.values import EMPTY, value_text
from workflow_engine import Actor, Change, Retold, RetoldEntry

Step = list[Any]
Event = Mapping[str, Any]
LONGEST_VALUE = 240
MOST_CHANGES = 200
_WHY = re.compile(r"<details[^>]*><summary>[^<]*</summary><p>(.*?)</p></details>", re.DOTALL)
_BOLD = re.compile(r"</?b>")


def replay_data(retold: Retold, actor: Actor) -> dict[str, Any]:
    """Some entries of a case as JSON, with the votes that came in between them."""
    names = names_of(retold.case.definition_id)
    moments = tell([entry.row for entry in retold.entries], names)
    elements: dict[str, str] = {}
    people: dict[str, list[str]] = {}
    votes = votes_before(retold, actor, names)
    entries: list[list[Any]] = []
    for entry, moment in zip(retold.entries, moments, strict=True):
        actor_id = entry.row.actor_id
        if actor_id not in people:
            people[actor_id] = [actor_name(actor_id, entry.row.actor_name), _unit_of(actor_id)]
        for event in entry.row.events:
            element_id = event.get("element_id")
            if element_id and element_id not in elements and names.has_name(element_id):
                elements[element_id] = names.element(element_id)
        entries += _cast(entry.row.seq - 1, votes.get(entry.row.seq, ()), people)
        entries.append(_entry(entry, moment, names))
    if retold.entries:
        entries += _cast(retold.entries[-1].row.seq, votes.get(None, ()), people)
    return {"entries": entries, "people": people, "elements": elements, "next": retold.next_seq}


def steps_of(events: Iterable[Event]) -> list[Step]:
    """What an entry's events did, as steps; events that move nothing have none."""
    return [step for event in events if (make := _STEPS.get(str(event["event"]))) for step in make(event)]


def changes_of(changes: Iterable[Change], names: Names) -> list[list[str | None]]:
    """[path, name, before, after] of what people can see of the changes; None: there was, or is, nothing."""
    shown = []
    for change in changes:
        before, after = _value(change.before, names, change.path), _value(change.after, names, change.path)
        if before != after:
            shown.append([change.path, _label(change.path, names), before, after])
    return shown[:MOST_CHANGES]


def plain(line: Markup) -> tuple[list[str], str]:
    """A sentence as pieces, every second of them emphasised, and the reason it carries, all as plain text."""
    why = _WHY.search(line)
    told = _WHY.sub("", str(line))
    return [html.unescape(piece) for piece in _BOLD.split(told)], html.unescape(why[1]) if why else ""


def _entry(entry: RetoldEntry, moment: Moment, names: Names) -> list[Any]:
    row = entry.row
    followed = []
    for line in moment.followed:
        pieces, why = plain(line)
        followed.append([pieces, why] if why else [pieces])
    return [
        row.seq, _milliseconds(row.at), exact(row.at), moment.tone, row.actor_id, plain(moment.headline)[0], followed,
        steps_of(row.events), changes_of(entry.changes, names), int(entry.exact), int(row.erased),
    ]  # fmt: skip


def _cast(seq: int, votes: Iterable[ToldVote], people: dict[str, list[str]]) -> list[list[Any]]:
    """Votes as entries that move nothing, numbered between two of the record."""
    found = []
    for number, vote in numbered(seq, votes):
        people.setdefault(vote.actor_id, [actor_name(vote.actor_id), _unit_of(vote.actor_id)])
        found.append([
            number, _milliseconds(vote.at), exact(vote.at), "person", vote.actor_id, plain(vote.headline)[0], [], [],
            [], 1, 0,
        ])  # fmt: skip
    return found


def _unit_of(actor_id: str) -> str:
    person = engine().queries.find_person(actor_id) if actor_id.startswith("user:") else None
    return unit_name(person) if person else ""


def _label(path: str, names: Names) -> str:
    """``Assessment › Calm periods`` for a value inside an object."""
    parts = path.split(".")
    return " › ".join(names.variable(".".join(parts[: end + 1])) for end in range(len(parts)))


def _value(value: Any, names: Names, path: str) -> str | None:
    if value in EMPTY:
        return None
    text = value_text(value, names, path)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _due(event: Event) -> int | None:
    due = instant(event.get("due_at"))
    return None if due is None else _milliseconds(due)


def _task(event: Event) -> list[Step]:
    if event.get("assignee"):
        return [["t", event["token_id"], _holder(str(event["assignee"])), 1, _due(event)]]
    offered = group_names(event.get("candidate_groups")) or [actor_name(u) for u in event.get("candidate_users") or ()]
    return [["t", event["token_id"], ", ".join(offered) or _("everybody"), 0, _due(event)]]


def _holder(person_id: str) -> str:
    unit = _unit_of(person_id)
    return f"{actor_name(person_id)} · {unit}" if unit else actor_name(person_id)


def _key(event: Event) -> str:
    return f"{event['token_id']}.{event.get('position', 0)}"


def _started(event: Event) -> list[Step]:
    return [["v", event["definition_id"]]] if event.get("definition_id") else []


_OVER: Callable[[Event], list[Step]] = lambda event: [["u", event["token_id"]]]  # noqa: E731 - one of a table
_NO_LONGER: Callable[[Event], list[Step]] = lambda event: [["o", _key(event)]]  # noqa: E731 - one of a table
_MOVED: Callable[[Event], list[Step]] = lambda event: (  # noqa: E731 - one of a table
    [["d", event["token_id"], _due({"due_at": event["after"]})]] if event.get("position") is None else []
)
_ENDED: Callable[[Event], list[Step]] = lambda _event: [["e"]]  # noqa: E731 - one of a table
_STEPS: dict[str, Callable[[Event], list[Step]]] = {
    "case.started": _started,
    "case.migrated": lambda e: [["v", e["definition_id"]], ["n", e.get("mapping") or {}]],
    "element.activated": lambda e: [["a", e["token_id"], e["element_id"], e.get("flow_id"), e.get("scope_id")]],
    "element.completed": lambda e: [["c", e["token_id"], e["element_id"]]],
    "element.cancelled": lambda e: [["x", e["token_id"], e["element_id"]]],
    "tokens.merged": lambda e: [["m", e["merged"]]],
    "user_task.created": _task,
    "user_task.claimed": lambda e: [["t", e["token_id"], _holder(e["assignee"]), 1]],
    "user_task.assigned": lambda e: [["t", e["token_id"], _holder(e["assignee"]), 1]],
    "user_task.released": lambda e: [["t", e["token_id"], "", 0]],
    "user_task.completed": _OVER,
    "user_task.cancelled": _OVER,
    "deadline.moved": _MOVED,
    "timer.scheduled": lambda e: [["w", _key(e), e["element_id"], _due(e), ""]],
    "timer.fired": _NO_LONGER,
    "timer.cancelled": _NO_LONGER,
    "subscription.opened": lambda e: [["w", _key(e), e["element_id"], None, e["name"]]],
    "subscription.closed": _NO_LONGER,
    "call.resolved": lambda e: [["l", e["token_id"], e["definition_id"]]],
    "incident.opened": lambda e: [["i", e["incident_no"], e.get("token_id")]],
    "incident.resolved": lambda e: [["j", e["incident_no"]]],
    "case.completed": _ENDED,
    "case.cancelled": _ENDED,
}
