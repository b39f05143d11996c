"""Deploying, releasing and retiring versions."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.lint_calls import called_process_ids
from workflow_engine.city_checks import problems_in_city
from workflow_engine.domain.commands import DeployDefinition, Receipt, ReleaseDefinition, RetireDefinition
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.stream_events import DefinitionDeployed, DefinitionReleased, DefinitionRetired
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers.deploying import Deployment, lane_of, message_keys, start_triggers
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.start_timers import schedule_start_timers
from workflow_engine.library import compile_decisions
from workflow_engine.storage import definitions as store
from workflow_engine.storage.chains import lock_stream
from workflow_engine.storage.definitions import DefinitionHead


def deploy_definition(work: Handling, command: DeployDefinition) -> Receipt:
    """Store the files as the next version, a draft; the same content again is the version it was."""
    made: Deployment = work.prepared
    main = made.processes[0]
    require_permission(work.actor, "definition.deploy", f"deploy process {main.id!r}", None, main.id)
    stream_id = stream_of(main.id)
    lock_stream(work.unit, stream_id)  # Deployments of one process queue here, so that version numbers have no gaps.
    found = store.find_head(work.unit, made.definition_id)
    version = found.version if found is not None else _store(work, made)
    failpoint("deploy.after_store")
    event = DefinitionDeployed(
        definition_id=made.definition_id, process_id=main.id, version=version, created=found is None
    )
    result = {
        "definition_id": made.definition_id, "process_id": main.id, "version": version, "created": found is None,
        "state": "draft" if found is None else found.state, "processes": [process.id for process in made.processes],
    }  # fmt: skip
    return work.record_in_stream(stream_id, [event], result)


def release_definition(work: Handling, command: ReleaseDefinition) -> Receipt:
    """Let a draft be started, by another person than who deployed it; its start events wake up."""
    what = f"release definition {command.definition_id[:12]}"
    head = _require_head(work, command.definition_id, what)
    require_permission(work.actor, "definition.release", what, None, head.process_id)
    if head.state != "draft":
        raise InvalidStateError(f"Expected to {what}, but it is {head.state}, not a draft.", state=head.state)
    if head.deployed_by == work.actor.actor_id:
        raise NotPermittedError(f"Expected to {what}, but who deployed it may not release it: another person must.")
    lock_stream(work.unit, stream_of(head.process_id))
    failpoint("deploy.before_activate")
    store.release(work.unit, head.definition_id, work.actor.actor_id, work.now)
    for bound in store.get_processes(work.unit, head.definition_id):
        latest = store.find_latest(work.unit, bound.process_id)
        if latest is not None and latest.definition_id == head.definition_id:
            triggers = store.activate_triggers(work.unit, bound.process_id, head.definition_id)
            schedule_start_timers(work, bound, triggers)
    event = DefinitionReleased(definition_id=head.definition_id, process_id=head.process_id, version=head.version)
    return work.record_in_stream(stream_of(head.process_id), [event], _result(head, "released"))


def retire_definition(work: Handling, command: RetireDefinition) -> Receipt:
    """Let a version start no more; where an older one is still released, that one is the newest again."""
    what = f"retire definition {command.definition_id[:12]}"
    head = _require_head(work, command.definition_id, what)
    require_permission(work.actor, "definition.retire", what, None, head.process_id)
    if head.state == "retired":
        raise InvalidStateError(f"Expected to {what}, but it is retired already.", state=head.state)
    lock_stream(work.unit, stream_of(head.process_id))
    store.retire(work.unit, head.definition_id, work.actor.actor_id, work.now)
    for bound in store.get_processes(work.unit, head.definition_id):
        latest = store.find_latest(work.unit, bound.process_id)
        newest = None if latest is None else latest.definition_id
        triggers = store.activate_triggers(work.unit, bound.process_id, newest)
        if latest is not None:
            schedule_start_timers(work, latest, triggers)
    event = DefinitionRetired(definition_id=head.definition_id, process_id=head.process_id, version=head.version)
    return work.record_in_stream(stream_of(head.process_id), [event], _result(head, "retired"))


def stream_of(process_id: str) -> str:
    """The chain in which everything about a process's versions is recorded."""
    return f"definition:{process_id}"


def _require_head(work: Handling, definition_id: str, what: str) -> DefinitionHead:
    head = store.find_head(work.unit, definition_id)
    if head is None:
        raise NotFoundError(f"Expected to {what}, but there is no such definition.", definition_id=definition_id)
    return head


def _result(head: DefinitionHead, state: str) -> dict[str, Any]:
    return {
        "definition_id": head.definition_id, "process_id": head.process_id, "version": head.version, "state": state
    }  # fmt: skip


def _store(work: Handling, made: Deployment) -> int:
    """Write all rows of a new version; returns its number."""
    main = made.processes[0]
    numbers = {process.id: store.next_version(work.unit, process.id) for process in made.processes}
    nothing = dict.fromkeys(("released_by", "released_at", "retired_by", "retired_at"))
    in_city = [problem.to_dict() for problem in problems_in_city(work.unit, made.model)]
    row = {
        "definition_id": made.definition_id, "process_id": main.id, "version": numbers[main.id],
        "name": main.name or main.id, "state": "draft", "deployed_by": work.actor.actor_id, "deployed_at": work.now,
        "model": made.model_json, "decisions": made.decisions,
        "problems": orjson.dumps([*_left(work, made), *in_city]), **nothing,
    }  # fmt: skip
    processes = [
        {
            "process_id": process.id, "version": numbers[process.id], "definition_id": made.definition_id,
            "name": process.name, "version_tag": process.version_tag, "lane": lane_of(process),
            "retention_days": process.retention_days,
        }
        for process in made.processes
    ]  # fmt: skip
    files = [
        {
            "definition_id": made.definition_id, "name": name, "content": content,
            "digest": sha256(content).hexdigest(),
        }
        for name, content in sorted(made.files.items())
    ]  # fmt: skip
    store.add_definition(work.unit, row, processes, files)
    for process in made.processes:
        store.add_triggers(work.unit, start_triggers(made.model, process, made.definition_id))
    store.add_message_keys(work.unit, message_keys(made.model))
    Definition.compile(made.definition_id, numbers[main.id], made.model, compile_decisions(made.decisions))
    return numbers[main.id]


def _left(work: Handling, made: Deployment) -> Iterator[dict[str, Any]]:
    """What was found, without warnings of called processes that are released already."""
    callee_of = {node_id: callee for callee, nodes in called_process_ids(made.model).items() for node_id in nodes}
    for problem in made.problems:
        callee = (
            callee_of.get(problem.get("element_id") or "") if problem["code"] == "called_process_elsewhere" else None
        )
        if callee is None or store.find_latest(work.unit, callee) is None:
            yield problem
