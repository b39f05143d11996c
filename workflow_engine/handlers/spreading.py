"""Who is to be told of each new entry of the log: webhooks that want its events, people to whom work was given.

Of exercises only people of the house are told, and each mail says that it is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.lanes import ORDINARY
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.service_requests import REPORTED, is_mail_address, is_told_by_mail
from workflow_engine.domain.telling import matches
from workflow_engine.domain.telling_commands import PrepareDigests, SpreadEvents
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.handling import Handling
from workflow_engine.interchange.cloudevents import cloud_event, event_id
from workflow_engine.storage import service_requests as requests
from workflow_engine.storage import telling as store
from workflow_engine.storage.exercise_marks import is_of_exercise
from workflow_engine.storage.feed import FeedEntry, read_feed
from workflow_engine.storage.log import read_size
from workflow_engine.storage.telling import Target

_GIVEN = frozenset({"user_task.created", "user_task.assigned"})


def spread_events(work: Handling, command: SpreadEvents) -> Receipt:
    """Note what is to be sent, once per event and receiver; nothing is told of what happened before the first look."""
    require_permission(work.actor, "job.work", "spread events")
    first, is_new = store.lock_cursor(work.unit, read_size(work.unit))
    entries = read_feed(work.unit, first, command.most)
    if entries:
        targets = store.get_targets(work.unit)
        rows = [row for entry in entries for row in _deliveries(work, entry, targets)]
        store.note_deliveries(work.unit, rows)
        store.move_cursor(work.unit, entries[-1].log_index + 1)
    work.unchanged = not entries and not is_new
    return Receipt(command_id=command.command_id, result={"entries": len(entries)})


def prepare_digests(work: Handling, command: PrepareDigests) -> Receipt:
    """One digest a day for each person who wants it."""
    require_permission(work.actor, "job.work", "prepare digests")
    people = store.take_digests(work.unit, command.day, command.most)
    content = {"about": "digest", "day": command.day}
    rows = [
        _row(work, person_id, f"digest/{command.day}", content, lane=ORDINARY, person_id=person_id)
        for person_id in people
    ]
    store.note_deliveries(work.unit, rows)
    work.unchanged = not rows
    return Receipt(command_id=command.command_id, result={"digests": len(rows)})


def _deliveries(work: Handling, entry: FeedEntry, targets: Sequence[Target]) -> Iterator[dict[str, Any]]:
    stays_inside = is_of_exercise(work.unit, entry)
    for number, event in enumerate(entry.events):
        wanting = [target for target in targets if not stays_inside and _wants(target, entry, str(event["event"]))]
        if wanting:
            case = None if entry.process_id is None else _case(entry)
            content = cloud_event(entry.stream_id, entry.seq, number, instant_text(entry.at), entry.actor, event, case)
            for target in wanting:
                yield _row(
                    work, target.webhook_id, content["id"], content, lane=entry.lane, webhook_id=target.webhook_id
                )
        if event["event"] in REPORTED and not stays_inside:
            yield from _mail_of_request(work, entry, number, event)
        if event["event"] in _GIVEN and entry.process_id is not None:
            yield from _mail_of_task(work, entry, number, event)
    if entry.process_id is not None:
        yield from _mail_of_notes(work, entry)


def _mail_of_task(work: Handling, entry: FeedEntry, number: int, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    person_id = event.get("assignee")
    if not person_id or person_id == entry.actor or not store.wants_mail(work.unit, person_id, "assigned"):
        return
    task_id = f"{entry.stream_id}.{event['token_id']}"
    content = {"about": "assigned", "case_id": entry.stream_id, "user_task_id": task_id}
    yield _row(
        work, person_id, event_id(entry.stream_id, entry.seq, number), content, lane=entry.lane, person_id=person_id
    )


def _mail_of_request(work: Handling, entry: FeedEntry, number: int, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Whoever reported it, and those whose reports went into it, as far as they can be written to."""
    if not is_told_by_mail(event):
        return
    own = str(event["request_id"])
    others = requests.merged_into(work.unit, own) if event["event"] == "service_request.told" else []
    for request_id in [own, *others]:
        reporter = requests.find_reporter(work.unit, request_id)
        if reporter is not None and is_mail_address(reporter.contact):
            content = {"about": "request", "kind": str(event["event"]).partition(".")[2]}
            if event.get("status"):
                content["status"] = event["status"]
            number_id = event_id(entry.stream_id, entry.seq, number)
            yield _row(work, request_id, number_id, content, lane=entry.lane, request_id=request_id)


def _mail_of_notes(work: Handling, entry: FeedEntry) -> Iterator[dict[str, Any]]:
    """People whom this entry left a note, by the note's kind."""
    for note in store.get_notes(work.unit, entry.stream_id, entry.seq):
        if note.subject != entry.actor and store.wants_mail(work.unit, note.subject, "notes"):
            content = {"about": note.kind, "case_id": entry.stream_id, "user_task_id": note.user_task_id}
            if note.kind == "urge" and entry.actor.startswith("system:"):
                content = {**content, "about": "called_again", "at": instant_text(entry.at)}
            yield _row(work, note.subject, note.note_id, content, lane=entry.lane, person_id=note.subject)


def _wants(target: Target, entry: FeedEntry, kind: str) -> bool:
    return target.process_id in (None, entry.process_id) and matches(kind, target.kinds)


def _case(entry: FeedEntry) -> dict[str, Any]:
    return {
        "case_id": entry.stream_id, "process_id": entry.process_id, "business_key": entry.business_key,
        "exercise": entry.exercise,
    }  # fmt: skip


def _row(work: Handling, target: str, event: str, content: dict[str, Any], *, lane: int, **to: str) -> dict[str, Any]:
    return {
        "delivery_id": f"{target}/{event}", "webhook_id": None, "person_id": None, "request_id": None, **to,
        "content": orjson.dumps(content).decode(), "state": "pending", "attempts": 0, "next_at": work.now,
        "last_error": None, "created_at": work.now, "settled_at": None, "lane": lane,
    }  # fmt: skip
