"""Migration: the tokens of a running case put on another version of its process, in place or not at all.

Tokens keep their numbers, their variables and what they wait for. Where the new version waits for something else
(another duration, another message, one more boundary event) the old wait is closed and the new one opened, counted from
now. Called processes go on in the version that was called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.faults import open_incident, resolve_stuck
from workflow_engine.bpmn.migration_checks import new_element, new_flow, new_scopes, problems_of
from workflow_engine.bpmn.moving import branches, mark_moved
from workflow_engine.bpmn.scoping import drop_listener
from workflow_engine.bpmn.token import ERROR, STARTED, WAITING, Token
from workflow_engine.domain.errors import CannotMigrateError, InvalidStateError, ProcessFaultError
from workflow_engine.domain.events import (
    CaseMigrated,
    TimerCancelled,
    TimerScheduled,
    UserTaskMigrated,
    WaitMigrated,
)

if TYPE_CHECKING:
    from workflow_engine.bpmn.definition import Definition
    from workflow_engine.bpmn.elements.element import Element
    from workflow_engine.bpmn.runtime import Instance
    from workflow_engine.bpmn.tree import CaseTree, ScopeSpec, ScopeTree

_LISTENERS = ("boundaryEvent", "eventListener")
_JOINS = ("parallelGateway", "inclusiveGateway")


def migrate(
    instance: Instance,
    top: CaseTree,
    definition: Definition,
    mapping: Mapping[str, str],
    *,
    version: int,
    reason: str,
) -> None:
    """Put every token on ``definition``; the caller drives the tree afterwards.

    ``version`` is that of the case's process in it, for the record.

    Raises:
        CannotMigrateError: some place has no counterpart; every one is named.
        InvalidStateError: the case runs on this version already, or the version has no such process.
    """
    old = instance.definition
    require_other_version(instance, definition)
    problems = problems_of(top, definition, instance.process_id, mapping)
    if problems:
        raise CannotMigrateError(
            f"Expected case {instance.case_id} to go on in version {version}, but {len(problems)} of its "
            f"places cannot: {problems[0].message}",
            problems,
        )
    top.recorder.add(
        CaseMigrated(
            process_id=instance.process_id,
            from_definition_id=old.definition_id,
            definition_id=definition.definition_id,
            version=version,
            mapping=dict(mapping),
            reason=reason,
        )
    )
    resolve_stuck(top, "superseded")  # should nothing be able to happen in this version either, that is told anew
    scopes = new_scopes(top, definition, instance.process_id, mapping)
    instance.definition = definition
    moved = [token for _, token in sorted(top.index.items()) if token.workflow.parent_task_id in scopes]
    elements = {token.id: token.task_spec for token in moved}
    for scope_id, spec in scopes.items():
        _move_scope(top if scope_id is None else top.scopes[scope_id], spec, mapping)
    for token in moved:
        if top.index.get(token.id) is token and token.is_live:
            _settle(token, elements[token.id])
    for scope_id in scopes:
        if scope_id is None or scope_id in top.scopes:
            _listen(top if scope_id is None else top.scopes[scope_id])
    for token in moved:
        if (
            top.index.get(token.id) is token
            and token.has_state(WAITING | STARTED | ERROR)
            and _is_activity_at_work(token)
        ):
            _open_boundaries(token)


def require_other_version(instance: Instance, definition: Definition) -> None:
    """Raise InvalidStateError unless this is another version of the case's own process."""
    if definition.definition_id == instance.definition.definition_id:
        raise InvalidStateError(
            f"Expected another version for case {instance.case_id}, but it runs on this one already."
        )
    if all(process.id != instance.process_id for process in definition.model.processes):
        raise InvalidStateError(
            f"Expected a version of process {instance.process_id!r}, but {definition.definition_id[:12]} has none."
        )


def _move_scope(tree: ScopeTree, spec: ScopeSpec, mapping: Mapping[str, str]) -> None:
    """Every token of one scope onto the new graph; listeners without a counterpart are closed."""
    top = tree.top_workflow
    tree.arrivals.clear()
    for token in sorted(tree.tasks.values(), key=lambda token: token.id):
        new = spec.start if token is tree.root else new_element(spec, token.task_spec.name, mapping)
        if token.is_live and token.task_spec.kind in _LISTENERS and not _listens_on(token, new):
            drop_listener(token)
            continue
        if new is None:
            new = spec.start  # a point where branches parted: only its place in the tree is needed
        elif token.has_state(WAITING) and token.task_spec.kind in _JOINS:
            token.note(flow=new_flow(token, new, mapping))
        if new.name != token.task_spec.name:
            top.recorder.touch(token)
        token.task_spec = new
        token.items = None
    tree.spec = spec
    for token in sorted(tree.tasks.values(), key=lambda token: token.id):
        _wait_again(token)
    if len(branches(tree)) > 1:
        mark_moved(tree)


def _listens_on(token: Token, new: Element | None) -> bool:
    """Whether the new version has this listener, at the same activity, for the same kinds of events."""
    if new is None or new.kind != token.task_spec.kind or new.node.interrupting != token.task_spec.node.interrupting:
        return False
    if [event.kind for event in new.node.events] != [event.kind for event in token.task_spec.node.events]:
        return False
    return new.kind == "eventListener" or any(
        new in boundaries and name == token.parent.task_spec.name.partition("#")[0]
        for name, boundaries in new.scope_spec.boundaries.items()
    )


def _wait_again(token: Token) -> None:
    """Put the token back into the indexes that only live in memory."""
    top, node = token.workflow.top_workflow, token.task_spec.node
    top.conditions.pop(token.id, None)
    if not token.is_live:
        return
    if node.kind in _JOINS:
        if token.has_state(WAITING):
            token.workflow.arrivals.setdefault(token.element_id, {})[token.id] = token
    elif token.has_state(WAITING) and any(event.kind == "conditional" for event in node.events):
        top.conditions[token.id] = token


def _settle(token: Token, old: Element) -> None:
    """What the token holds outside (a task, a job, timers, subscriptions) is that of the new element from now on."""
    new, recorder = token.task_spec, token.workflow.top_workflow.recorder
    if new.kind == "userTask" and token.has_state(new.waiting_state):
        shown = _shown(new)
        if shown != _shown(old):
            recorder.add(UserTaskMigrated(token_id=token.id, **shown))
    if isinstance(new, CatchElement) and token.has_state(WAITING):
        _wait_for_new(token, old)
    elif new.element_id != old.element_id and (new.node.job is not None):
        recorder.add(WaitMigrated(token_id=token.id, element_id=new.element_id))


def _shown(element: Element) -> dict[str, Any]:
    node = element.node
    form_key = node.user_task.form_key if node.user_task is not None else None
    return {"element_id": element.element_id, "name": node.name, "lane": node.lane, "form_key": form_key}


def _wait_for_new(token: Token, old: Element) -> None:
    """Close what is waited for otherwise in the new version, and open that; what is the same goes on."""
    new, top, state = token.task_spec, token.workflow.top_workflow, token.internal_data
    if new.element_id != old.element_id and (state.get("due") or state.get("waits")):
        top.recorder.add(WaitMigrated(token_id=token.id, element_id=new.element_id))
    changed = [
        position
        for position, event in enumerate(new.node.events)
        if position >= len(old.node.events) or event != old.node.events[position]
    ]
    if not changed:
        return
    due_before: dict[str, str] = {}
    for position in map(str, changed):
        new._close_subscription(token, int(position))
        state.get("cycle", {}).pop(position, None)
        if position in state.get("due", {}):
            due_before[position] = state["due"].pop(position)
    top.recorder.touch(token)
    at = len(top.recorder.events)
    try:
        occurred = new.subscribe(token)
    except ProcessFaultError as fault:
        _tell_timers(token, due_before, at)
        open_incident(top, token, fault)
        return
    _tell_timers(token, due_before, at)
    if occurred:
        new.occurred(token, {})


def _tell_timers(token: Token, before: Mapping[str, str], at: int) -> None:
    """A timer that falls due at the very same instant goes on; all others are cancelled before the new begin."""
    events = token.workflow.top_workflow.recorder.events
    for position, due_at in before.items():
        same = next(
            (
                number
                for number in range(at, len(events))
                if isinstance(event := events[number], TimerScheduled)
                and (event.token_id, str(event.position), event.due_at) == (token.id, position, due_at)
            ),
            None,
        )
        if same is not None:
            del events[same]
            continue
        cancelled = TimerCancelled(token_id=token.id, position=int(position), element_id=token.element_id)
        events.insert(at, cancelled)


def _listen(tree: ScopeTree) -> None:
    """Begin to listen for event sub-processes that only the new version has."""
    if not any(not child.is_live or child.task_spec.kind != "eventListener" for child in tree.root.children):
        return
    for listener in tree.spec.listeners:
        known = any(child.task_spec is listener for child in tree.root.children)
        begun = any(child.task_spec is listener.handler for child in tree.root.children)
        if not known and not (begun and listener.node.interrupting):
            listener.listen(tree)


def _is_activity_at_work(token: Token) -> bool:
    return "begun" in token.internal_data and (
        token.task_spec.container is None and token.task_spec.name in token.workflow.spec.boundaries
    )


def _open_boundaries(host: Token) -> None:
    """Begin to listen for boundary events that only the new version has."""
    tree = host.workflow
    for element in tree.spec.boundaries.get(host.element_id, ()):
        if host.id not in tree.tasks:
            return
        if not any(child.task_spec is element for child in host.children):
            try:
                element.wait(host)
            except ProcessFaultError as fault:
                open_incident(tree.top_workflow, host, fault)
