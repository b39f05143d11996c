"""The tail that every handler of a case shares: restore, act, record; and the head of it: lock, then look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from workflow_engine.audit.chain import GENESIS, ChainHead
from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain import events as e
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.commands import Command, Receipt, command_body
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.profile import Profile
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers.acts import ACTS, next_due_at
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.steps import Act, Step
from workflow_engine.storage import appliers, chains, reckoned, setting_versions
from workflow_engine.storage.cases import Case, add_case, find_case, save_case, save_tokens
from workflow_engine.storage.changes import Changes, Facts
from workflow_engine.storage.definitions import BoundProcess

OWNING_UNIT = "owningUnit"
"""Extension property of a process: the id of the unit that answers for its cases."""
_OUTGOING = (e.MessageThrown, e.SignalThrown, e.SubscriptionOpened)


def require_case(work: Handling, case_id: str, what: str) -> Case:
    """The case, locked. Raises NotFoundError; ``what`` ends the sentence "Expected to …"."""
    case = find_case(work.unit, case_id)
    failpoint("after_lock")
    if case is None:
        raise NotFoundError(f"Expected to {what}, but there is no case {case_id[:64]!r}.", case_id=case_id)
    return case


def require_running_case(work: Handling, case_id: str, what: str) -> Case:
    """The case, locked and neither ended nor suspended. Raises NotFoundError or InvalidStateError."""
    case = require_case(work, case_id, what)
    if case.state != "active":
        raise InvalidStateError(f"Expected to {what}, but its case is {case.state}.", state=case.state)
    return case


def require_unended_case(work: Handling, case_id: str, what: str) -> Case:
    """The case, locked and not ended. Raises NotFoundError or InvalidStateError."""
    case = require_case(work, case_id, what)
    if case.state in ENDED_CASE:
        raise InvalidStateError(f"Expected to {what}, but its case is {case.state}.", state=case.state)
    return case


def advance(
    work: Handling,
    case: Case,
    command: Command,
    result: Mapping[str, Any] | None = None,
    *,
    act: Act | None = None,
) -> Receipt:
    """Do ``command`` to the locked case and record it. Raises what the runtime rejects; nothing is changed then.

    ``act``: what to do, where it is not simply what ``ACTS`` says; it must give the same events.
    """
    instance = work.take_instance(case)
    act = act or ACTS[type(command)]
    context = work.run_context(case.unit_id, case.case_id, exercise=case.exercise)
    step = act(instance, context, command, work.actor.actor_id)
    failpoint("after_engine")
    return record(work, case, instance, step, command, result)


def begin(
    work: Handling,
    case_id: str,
    bound: BoundProcess,
    command: Command,
    result: Mapping[str, Any] | None = None,
    *,
    unit_id: str | None = None,
    **columns: Any,
) -> Receipt:
    """Start a new case of this version; ``unit_id`` answers for it, or else ``owning_unit``.

    Raises:
        InvalidStateError: the id is taken.
    """
    if find_case(work.unit, case_id, lock=False) is not None:
        raise InvalidStateError(f"Expected a new case id to start a case, but {case_id} exists already.")
    definition = work.parts.library.get(work.unit, bound.definition_id)
    instance = Instance.create(case_id, definition, bound.process_id)
    unit_id = unit_id or owning_unit(work, bound)
    context = work.run_context(unit_id, exercise=bool(columns.get("exercise")))
    step = ACTS[type(command)](instance, context, command, work.actor.actor_id)
    failpoint("after_engine")
    case = Case(
        case_id=case_id, process_id=bound.process_id, definition_id=bound.definition_id,
        process_version=bound.version, state="active", version=0, chain_head=GENESIS, header=b"{}", lane=bound.lane,
        started_at=work.now, started_by=work.actor.actor_id, unit_id=unit_id, **columns,
    )  # fmt: skip
    told = dict(result or {"case_id": case_id})
    if case.unit_id is not None:
        told["unit_id"] = case.unit_id
    return record(work, case, instance, step, command, told)


def owning_unit(work: Handling, bound: BoundProcess) -> str | None:
    """Which unit answers for a new case: the one its model names, else that of whoever starts it."""
    return unit_of_new_case(work.parts.library.get(work.unit, bound.definition_id), bound.process_id, work.actor)


def unit_of_new_case(definition: Definition, process_id: str, actor: Actor) -> str | None:
    """The same of a version and whoever starts it."""
    properties = definition.process(process_id).properties
    named = next((value.strip() for key, value in properties if key == OWNING_UNIT), "")
    return named or actor.unit_id


def record(
    work: Handling,
    case: Case,
    instance: Instance,
    step: Step,
    command: Command,
    result: Mapping[str, Any] | None = None,
) -> Receipt:
    """Append the entry to the case's chain and apply its events to the rows, in this transaction."""
    public, private = command_body(command)
    extra = {"result": dict(result)} if result else {}
    body, values = chains.entry_body(work.envelope, public, private, step.events, extra)
    head = ChainHead(case.case_id, case.version, case.chain_head)
    after = after_step(work, case, instance, step)
    facts = Facts(
        case.case_id, case.version + 1, work.now, work.actor.actor_id, after.definition_id, case.lane, case.started_at,
        case.started_by, case.process_id,
    )  # fmt: skip
    changes = Changes()
    appliers.apply(changes, facts, step.events)
    entry = chains.append(work.unit, head, work.envelope, body, values)
    failpoint("after_event")
    after = after.then(version=entry.seq, chain_head=entry.hash)
    if case.version == 0:
        add_case(work.unit, after)
    else:
        save_case(work.unit, case, after)
    save_tokens(work.unit, case.case_id, step.changed, step.removed if case.version else ())
    failpoint("after_state")
    changes.flush(work.unit)
    if after.state in ENDED_CASE and "reckoned" in instance.tree.header:
        reckoned.forget(work.unit, case.case_id)
    failpoint("after_outbox")
    work.events.extend(step.events)
    work.outgoing = work.outgoing or any(isinstance(event, _OUTGOING) for event in step.events)
    instance.version = entry.seq
    if after.state not in ENDED_CASE:
        work.instance = instance
    return Receipt(
        command_id=work.envelope.command.command_id,
        case_id=case.case_id,
        seq=entry.seq,
        entry_hash=entry.hash,
        result=dict(result or {}),
    )


def after_step(work: Handling, case: Case, instance: Instance, step: Step) -> Case:
    """The case row after this step, but for its chain."""
    now = work.now
    if case.state in ENDED_CASE:
        return case  # what is still said about it changes nothing of it
    state = step.state or case.state
    opened = resolved = 0
    due = [case.next_due_at] if case.next_due_at is not None else []
    bound_is_old = case.next_due_at is not None and case.next_due_at <= now
    for event in step.events:
        if isinstance(event, e.TimerScheduled):
            due.append(datetime.fromisoformat(event.due_at))
        elif isinstance(event, e.TimerFired):
            bound_is_old = True
        elif isinstance(event, e.IncidentOpened):
            opened += 1
        elif isinstance(event, e.IncidentResolved):
            resolved += 1
        elif isinstance(event, e.CaseMigrated):
            case = case.then(definition_id=event.definition_id, process_version=event.version)
    if bound_is_old:
        first = next_due_at(instance)
        due = [] if first is None else [first]
    ended = state in ENDED_CASE
    return case.then(
        state=state,
        header=case.header if step.header is None else orjson.dumps(step.header),
        ended_at=now if ended else None,
        removal_at=_removal_at(work, instance) if ended else None,
        incident_count=0 if ended else case.incident_count + opened - resolved,
        next_due_at=None if ended or not due else min(due),
    )


def _removal_at(work: Handling, instance: Instance) -> datetime | None:
    """The end plus what the model declares, or else the city profile; None: kept for ever."""
    days = instance.definition.process(instance.process_id).retention_days
    if days is None:
        days = Profile.read(setting_versions.newest(work.unit, setting_versions.PROFILE).content).retention_days or None
    return None if days is None else work.now + timedelta(days=days)
