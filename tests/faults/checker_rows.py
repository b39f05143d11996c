"""The rows checked against the record: what the events say there should be is there, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.faults.checker_store import Entry, Store, instant

_ENDED = ("completed", "terminated", "cancelled")
_OFFER = {"ready": "open", "claimed": "taken", "completed": "closed", "cancelled": "closed"}


@dataclass
class Folded:
    """What the events of all cases add up to."""

    cases: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    assignees: dict[str, str | None] = field(default_factory=dict)
    submissions: dict[str, int] = field(default_factory=dict)
    timers: dict[tuple[str, datetime], str] = field(default_factory=dict)
    subscriptions: set[str] = field(default_factory=set)
    jobs: dict[str, str] = field(default_factory=dict)
    incidents: dict[tuple[str, int], str] = field(default_factory=dict)
    thrown: set[str] = field(default_factory=set)
    caught: Counter[str] = field(default_factory=Counter)
    firings: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    arrived: Counter[tuple[str, str]] = field(default_factory=Counter)
    merged: Counter[tuple[str, str]] = field(default_factory=Counter)
    offered: Counter[tuple[str, str]] = field(default_factory=Counter)
    completions: Counter[str] = field(default_factory=Counter)
    early: list[str] = field(default_factory=list)


def fold(entries: Mapping[str, list[Entry]]) -> Folded:
    """Add up every event of every case."""
    folded = Folded()
    for stream, chain in entries.items():
        for entry in chain:
            if entry.is_of_case:
                for event in entry.events:
                    _fold_case(folded, stream, event)
                    _fold_work(folded, stream, entry, event)
                    _fold_waiting(folded, stream, entry, event)
    return folded


def _fold_case(folded: Folded, case: str, event: Mapping[str, Any]) -> None:
    kind = event["event"]
    key = (case, event.get("element_id", ""))
    if kind in ("case.started", "case.resumed"):
        folded.cases[case] = "active"
    elif kind == "case.suspended":
        folded.cases[case] = "suspended"
    elif kind == "case.completed":
        folded.cases[case] = event["outcome"]
    elif kind == "case.cancelled":
        folded.cases[case] = "cancelled"
    elif kind == "incident.opened":
        folded.incidents[case, event["incident_no"]] = "open"
    elif kind == "incident.resolved":
        folded.incidents[case, event["incident_no"]] = "resolved"
    elif kind == "element.activated":
        folded.arrived[key] += 1
    elif kind == "element.completed":
        folded.passed[key] += 1
    elif kind == "tokens.merged":
        folded.merged[key] += len(event["merged"])


def _fold_work(folded: Folded, case: str, entry: Entry, event: Mapping[str, Any]) -> None:
    family, _, what = event["event"].partition(".")
    if family == "job":
        states = {"created": "available", "completed": "completed", "cancelled": "cancelled"}
        state = states.get(what) or ("available" if event.get("retries_left", 0) > 0 else "failed")
        folded.jobs[f"{case}.{event['token_id']}"] = state
    if family != "user_task":
        return
    task = f"{case}.{event['token_id']}"
    if what == "created":
        folded.offered[case, event["element_id"]] += 1
        what = "claimed" if event.get("assignee") else "ready"
    elif what in ("assigned", "released"):
        what = {"assigned": "claimed", "released": "ready"}[what]
    elif what == "completed":
        folded.submissions[task] = entry.seq
        folded.completions[task] += 1
    folded.tasks[task] = what
    if what in ("claimed", "ready"):
        folded.assignees[task] = event.get("assignee")


def _fold_waiting(folded: Folded, case: str, entry: Entry, event: Mapping[str, Any]) -> None:
    kind = event["event"]
    name = f"{case}.{event.get('token_id')}.{event.get('position')}"
    if kind == "timer.scheduled":
        folded.timers[name, instant(event["due_at"])] = "scheduled"
    elif kind == "timer.fired":
        due_at = instant(event["due_at"])
        folded.timers[name, due_at] = "fired"
        folded.firings[name, due_at] += 1
        if entry.at < due_at:
            folded.early.append(f"early: timer {name}, due at {due_at}, fired at {entry.at}")
    elif kind == "timer.cancelled":
        for key, state in folded.timers.items():
            if key[0] == name and state == "scheduled":
                folded.timers[key] = "cancelled"
    elif kind == "subscription.opened":
        folded.subscriptions.add(name)
    elif kind == "subscription.closed":
        folded.subscriptions.discard(name)
    elif kind == "message.thrown" and event.get("caught_by") is None:
        folded.thrown.add(event["message_id"])
    elif kind == "message.caught" and event.get("message_id"):
        folded.caught[event["message_id"]] += 1


def violations(store: Store, entries: Mapping[str, list[Entry]], rules: Mapping[str, Any]) -> Iterator[str]:
    """Everything in the rows, or in the record, that should not be."""
    folded = fold(entries)
    yield from _cases(store, folded)
    yield from _tasks(store, folded)
    yield from _timers(store, folded)
    yield from _start_timers(store, entries)
    yield from _messages(store, folded)
    yield from _effects(folded, rules)
    yield from _stuck(store, folded)
    if rules.get("settled"):
        for (number,) in store.rows("SELECT count(*) FROM outbox WHERE state <> 'sent'"):
            if number:
                yield f"outbox: {number} deliveries are left"


def _different(what: str, stored: Mapping[Any, Any], expected: Mapping[Any, Any]) -> Iterator[str]:
    for key in sorted(stored.keys() | expected.keys(), key=str):
        if stored.get(key) != expected.get(key):
            yield f"{what}: {key} is {stored.get(key)}, but the record says {expected.get(key)}"


def _cases(store: Store, folded: Folded) -> Iterator[str]:
    rows = store.rows("SELECT case_id, state, incident_count, next_due_at FROM process_instance")
    yield from _different("case", {row[0]: row[1] for row in rows}, folded.cases)
    open_incidents = Counter(case for (case, _), state in folded.incidents.items() if state == "open")
    for case, state, count, _ in rows:
        if state not in _ENDED and count != open_incidents[case]:
            yield f"case: {case} counts {count} incidents, but {open_incidents[case]} are open"
    incidents = store.rows("SELECT case_id, incident_no, state FROM incident")
    yield from _different("incident", {(row[0], row[1]): row[2] for row in incidents}, folded.incidents)
    due: dict[str, datetime] = {}
    for (name, due_at), state in folded.timers.items():
        case = name.partition(".")[0]
        if state == "scheduled":
            due[case] = min(due_at, due.get(case, due_at))
    for case, state, _, next_due_at in rows:
        if state not in _ENDED and case in due and (next_due_at is None or instant(next_due_at) > due[case]):
            yield f"case: {case} looks for timers from {next_due_at} on, but one is due at {due[case]}"


def _tasks(store: Store, folded: Folded) -> Iterator[str]:
    rows = store.rows("SELECT user_task_id, state, assignee, token_id, case_id FROM user_task")
    yield from _different("task", {row[0]: row[1] for row in rows}, folded.tasks)
    tokens = set(store.rows("SELECT case_id, token_id FROM token"))
    for task, state, assignee, token_id, case in rows:
        if state in ("ready", "claimed"):
            if assignee != folded.assignees.get(task):
                yield f"task: {task} is with {assignee}, but the record says {folded.assignees.get(task)}"
            if (case, token_id) not in tokens:
                yield f"task: {task} is open, but no token stands there"
    submitted = {row[0]: row[1] for row in store.rows("SELECT user_task_id, seq FROM submission")}
    yield from _different("submission", submitted, folded.submissions)
    for task, state, offer in store.rows(
        "SELECT t.user_task_id, t.state, o.state FROM user_task t JOIN offer o ON o.user_task_id = t.user_task_id"
    ):
        if offer != _OFFER[state]:
            yield f"offer: of {task} is {offer}, but the task is {state}"
    for task, number in folded.completions.items():
        if number > 1:
            yield f"completion: {task} was completed {number} times"


def _timers(store: Store, folded: Folded) -> Iterator[str]:
    rows = store.rows("SELECT timer_id, due_at, state, held, case_id FROM timer WHERE case_id IS NOT NULL")
    yield from _different("timer", {(row[0], instant(row[1])): row[2] for row in rows}, folded.timers)
    for name, due_at, state, held, case in rows:
        if state == "scheduled" and bool(held) != (folded.cases.get(case) == "suspended"):
            yield f"timer: {name} due {due_at} is held: {bool(held)}, but its case is {folded.cases.get(case)}"
    for key, number in folded.firings.items():
        if number > 1:
            yield f"timer: {key[0]} due {key[1]} took effect {number} times"
    yield from folded.early
    subscriptions = {row[0]: True for row in store.rows("SELECT subscription_id FROM subscription")}
    yield from _different("subscription", subscriptions, dict.fromkeys(folded.subscriptions, True))
    states = {"locked": "available"}
    jobs = {row[0]: states.get(row[1], row[1]) for row in store.rows("SELECT job_id, state FROM job")}
    yield from _different("job", jobs, folded.jobs)


def _start_timers(store: Store, entries: Mapping[str, list[Entry]]) -> Iterator[str]:
    """As many cases began by the clock as start timers fired."""
    rows = store.rows(
        "SELECT process_id, element_id, state, due_at, fired_at FROM timer WHERE definition_id IS NOT NULL"
    )
    fired = Counter((row[0], row[1]) for row in rows if row[2] == "fired")
    began: Counter[tuple[str, str]] = Counter()
    for chain in entries.values():
        command = chain[0].body["command"]
        if chain[0].actor == "system:clock" and command["command"] == "case.start":
            began[command["process_id"], command["start_element_id"]] += 1
    yield from _different("start timer", began, fired)
    for process, element, state, due_at, fired_at in rows:
        if state == "fired" and instant(fired_at) < instant(due_at):
            yield f"early: start timer {process} {element} due {due_at} fired at {fired_at}"


def _messages(store: Store, folded: Folded) -> Iterator[str]:
    started: Counter[str] = Counter()
    known = {}
    for message, state, case in store.rows("SELECT message_id, state, case_id FROM message"):
        known[message] = state
        caught = folded.caught[message]
        if caught > 1 or (caught and state != "correlated"):
            yield f"message: {message} is {state}, but was caught {caught} times"
        if state == "correlated":
            if case not in folded.cases:
                yield f"message: {message} went to {case}, but there is no such case"
            elif not caught:
                started[case] += 1
    yield from (f"message: {number} messages began case {case}" for case, number in started.items() if number > 1)
    yield from (f"message: {message} was thrown, but is not there" for message in folded.thrown - known.keys())
    digests = store.rows("SELECT DISTINCT message_id FROM message_digest")
    yield from (f"message: {row[0]} can be found, but does not wait" for row in digests if known[row[0]] != "waiting")


def _effects(folded: Folded, rules: Mapping[str, Any]) -> Iterator[str]:
    for (case, element), number in folded.offered.items():
        if element in rules["once"] and number > 1:
            yield f"once: {element} of {case} was offered {number} times"
    for (case, element), number in folded.passed.items():
        if element in rules["once"] and number > 1:
            yield f"once: {element} of {case} was passed {number} times"
    for (case, element), arrived in folded.arrived.items():
        branches = rules["joins"].get(element)
        if branches:
            passed, merged = folded.passed[case, element], folded.merged[case, element]
            if passed != arrived // branches or passed + merged != passed * branches:
                yield f"join: {element} of {case}: {arrived} arrived, {merged} merged, {passed} went on"


def _stuck(store: Store, folded: Folded) -> Iterator[str]:
    """Every active case has a token, and something that can move it; an ended one has neither."""
    tokens = {row[0] for row in store.rows("SELECT DISTINCT case_id FROM token")}
    movable = {task.rpartition(".")[0] for task, state in folded.tasks.items() if state in ("ready", "claimed")}
    movable |= {name.partition(".")[0] for (name, _), state in folded.timers.items() if state == "scheduled"}
    movable |= {name.partition(".")[0] for name in folded.subscriptions}
    movable |= {name.partition(".")[0] for name, state in folded.jobs.items() if state in ("available", "failed")}
    movable |= {case for (case, _), state in folded.incidents.items() if state == "open"}
    for case, state in folded.cases.items():
        if state in _ENDED:
            if case in tokens:
                yield f"stuck: {case} is {state}, but has tokens"
        elif case not in tokens or case not in movable:
            yield f"stuck: {case} is {state}, but nothing can move it"
