"""The rows of a case, made again from its record alone: they must be the rows that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Table, select

from workflow_engine.audit.chain import Entry
from workflow_engine.domain import events as e
from workflow_engine.domain.events import event_from
from workflow_engine.storage import (
    appliers,
    ballot_rows,
    deadline_rows,
    replanning_rows,
    service_request_rows,
    user_task_rows,
    waiting_rows,
    work_rows,
)
from workflow_engine.storage.changes import Changes, Facts, Insert
from workflow_engine.storage.schema import (
    attachment,
    ballot,
    ballot_round,
    ballot_voter,
    comment,
    deadline,
    incident,
    job,
    note,
    offer,
    service_request,
    service_request_photo,
    service_request_step,
    submission,
    subscription,
    task_copy,
    task_delegation,
    task_opinion,
    task_plan,
    timer,
    user_task,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

Values = dict[str, Any]

_NOT_RECORDED: Mapping[str, frozenset[str]] = {
    "timer": frozenset({"fence", "claimed_by", "lease_until"}),
    "note": frozenset({"read_at", "read_by"}),
    "job": frozenset({"locked_by", "lock_token", "lock_until"}),
}
"""Who works on something at the moment is no part of the story."""
_JSON: Mapping[str, tuple[str, ...]] = {
    "note": (), "comment": (), "ballot": ("rules", "clauses", "barred", "result"), "ballot_round": ("text",),
}  # fmt: skip
_JSON_ELSEWHERE = ("content", "variables", "headers", "candidate_users", "candidate_groups", "mentions", "offered",
                   "kept")  # fmt: skip
"""Columns compared as values, not as text."""


@dataclass(frozen=True, slots=True)
class RebuiltTable:
    """One kind of rows of a case."""

    table: Table
    insert: Insert
    key: tuple[str, ...]


TABLES = (
    RebuiltTable(user_task, user_task_rows.TASKS, ("user_task_id",)),
    RebuiltTable(offer, user_task_rows.OFFERS, ("user_task_id", "subject")),
    RebuiltTable(submission, user_task_rows.SUBMISSIONS, ("user_task_id",)),
    RebuiltTable(timer, waiting_rows.TIMERS, ("timer_id", "due_at")),
    RebuiltTable(subscription, waiting_rows.SUBSCRIPTIONS, ("subscription_id",)),
    RebuiltTable(job, waiting_rows.JOBS, ("job_id",)),
    RebuiltTable(incident, waiting_rows.INCIDENTS, ("case_id", "incident_no")),
    RebuiltTable(task_delegation, work_rows.DELEGATIONS, ("user_task_id", "seq")),
    RebuiltTable(task_opinion, work_rows.OPINIONS, ("opinion_id",)),
    RebuiltTable(task_copy, work_rows.COPIES, ("copy_id",)),
    RebuiltTable(note, work_rows.NOTES, ("note_id",)),
    RebuiltTable(comment, work_rows.COMMENTS, ("comment_id",)),
    RebuiltTable(deadline, deadline_rows.DEADLINES, ("case_id", "token_id", "position")),
    RebuiltTable(task_plan, replanning_rows.PLANS, ("user_task_id", "emergency_id")),
    RebuiltTable(attachment, work_rows.ATTACHMENTS, ("attachment_id",)),
    RebuiltTable(ballot, ballot_rows.BALLOTS, ("ballot_id",)),
    RebuiltTable(ballot_round, ballot_rows.ROUNDS, ("ballot_id", "round_no")),
    RebuiltTable(ballot_voter, ballot_rows.VOTERS, ("ballot_id", "voter")),
    RebuiltTable(service_request, service_request_rows.REQUESTS, ("request_id",)),
    RebuiltTable(service_request_step, service_request_rows.STEPS, ("case_id", "seq", "number")),
    RebuiltTable(service_request_photo, service_request_rows.PHOTOS, ("photo_id",)),
)
_STORED = {
    rebuilt.table.name: Statement(select(*rebuilt.table.columns).where(rebuilt.table.c.case_id == param("case")))
    for rebuilt in TABLES
}


def rebuild(entries: Sequence[Entry], values: Mapping[int, Mapping[str, Any]], lane: int) -> dict[str, list[Values]]:
    """Every row of a case by table, from its entries and (by number of entry) the values that are not erased."""
    changes = Changes()
    definition_id = process_id = started_by = ""
    started_at: datetime | None = None
    for entry in entries:
        body = entry.body
        own = values.get(entry.seq, {})
        events = [event_from(event, own.get(str(number))) for number, event in enumerate(body["events"])]
        for event in events:
            if isinstance(event, e.CaseStarted):
                process_id, started_by = event.process_id, body["actor"]
            if isinstance(event, e.CaseStarted | e.CaseMigrated):
                definition_id = event.definition_id
        at = datetime.fromisoformat(body["at"])
        started_at = started_at or at
        facts = Facts(
            entry.case_id, entry.seq, at, body["actor"], definition_id, lane, started_at, started_by, process_id
        )
        appliers.apply(changes, facts, events)
    return {rebuilt.table.name: changes.pending_of(rebuilt.insert) for rebuilt in TABLES}


def stored_rows(unit: UnitOfWork, case_id: str) -> dict[str, list[Values]]:
    """The same as they are stored."""
    found: dict[str, list[Values]] = {}
    for rebuilt in TABLES:
        names = [column.name for column in rebuilt.table.columns]
        rows = unit.all(_STORED[rebuilt.table.name], {"case": case_id})
        found[rebuilt.table.name] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def differences(
    rebuilt: Mapping[str, Iterable[Values]], stored: Mapping[str, Iterable[Values]]
) -> Iterator[tuple[str, str]]:
    """(table, what differs) for every row that is not as the record says."""
    for kind in TABLES:
        name = kind.table.name
        wanted = {_key(kind, row): _comparable(name, row) for row in rebuilt[name]}
        found = {_key(kind, row): _comparable(name, row) for row in stored[name]}
        for key in sorted(wanted.keys() - found.keys(), key=str):
            yield name, f"row {key} is missing"
        for key in sorted(found.keys() - wanted.keys(), key=str):
            yield name, f"row {key} is in no entry"
        for key in sorted(wanted.keys() & found.keys(), key=str):
            columns = [column for column, value in wanted[key].items() if found[key][column] != value]
            if columns:
                yield name, f"row {key} differs in {', '.join(columns)}"


def _key(kind: RebuiltTable, row: Values) -> tuple[Any, ...]:
    return tuple(_plain(row[name]) for name in kind.key)


def _comparable(table: str, row: Values) -> Values:
    shown = {name: _plain(value) for name, value in row.items() if name not in _NOT_RECORDED.get(table, ())}
    if table == "job" and shown["state"] == "locked":
        shown["state"] = "available"
    for name in _JSON.get(table, _JSON_ELSEWHERE):
        if isinstance(shown.get(name), str):
            shown[name] = orjson.loads(shown[name])
    return shown


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
