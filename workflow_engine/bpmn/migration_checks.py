"""What keeps a running case from going on in another version: every place is looked at, everything found is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.balloting import is_ballot, rules_stated
from workflow_engine.bpmn.elements.loops import LoopFrame
from workflow_engine.bpmn.token import WAITING
from workflow_engine.bpmn.two_persons import elements_of, gaps, has_rules
from workflow_engine.domain.errors import Problem

if TYPE_CHECKING:
    from workflow_engine.bpmn.definition import Definition
    from workflow_engine.bpmn.elements.element import Element
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree, ScopeSpec, ScopeTree

Mapped = Mapping[str, str]
_LISTENERS = ("boundaryEvent", "eventListener")
_MOVE = "Move the token to an element that both versions have, then migrate."
_MAP = "Map it to an element of the new version, or move the token first."


def new_name(name: str, mapping: Mapped) -> str:
    """The name in the new version of an element, of the body of a loop, or of a listener."""
    base, mark, rest = name.partition("#")
    return f"{mapping.get(base, base)}{mark}{rest}"


def new_element(spec: ScopeSpec, name: str, mapping: Mapped) -> Element | None:
    """The element of the new scope that takes the place of ``name``."""
    found: Element | None = spec.task_specs.get(new_name(name, mapping))
    return found if found is not None and hasattr(found, "node") else None


def new_scopes(top: CaseTree, definition: Definition, process_id: str, mapping: Mapped) -> dict[int | None, ScopeSpec]:
    """The new graph of every running scope that belongs to the case's own version; called processes keep theirs."""
    found: dict[int | None, ScopeSpec] = {None: definition.spec(process_id)}
    for scope_id in sorted(top.scopes):
        host = top.index[scope_id]
        outer = found.get(host.workflow.parent_task_id)
        if outer is None or not hasattr(host.task_spec, "inside"):
            continue
        element = new_element(outer, host.task_spec.name, mapping)
        if element is not None and hasattr(element, "inside"):
            found[scope_id] = element.inside
    return found


def problems_of(top: CaseTree, definition: Definition, process_id: str, mapping: Mapped) -> list[Problem]:
    """Everything that keeps the case from going on in ``definition``; empty: nothing does."""
    scopes = new_scopes(top, definition, process_id, mapping)
    elsewhere = frozenset(element.name for element in inside_of(definition.spec(process_id)))
    found: list[Problem] = []
    for _, token in sorted(top.index.items()):
        scope_id = token.workflow.parent_task_id
        if scope_id not in scopes:
            continue
        if token.is_live and token is not token.workflow.root:
            found += _of_token(token, scopes[scope_id], mapping, elsewhere)
        elif "kept" in token.internal_data and new_element(scopes[scope_id], token.task_spec.name, mapping) is None:
            found.append(_problem("missing", token, "the new version has no such element.", _MAP))
    found += _of_persons(top, scopes, mapping)
    return found


def _of_token(token: Token, spec: ScopeSpec, mapping: Mapped, elsewhere: frozenset[str]) -> Iterator[Problem]:
    old = token.task_spec
    new = new_element(spec, old.name, mapping)
    if old.kind in _LISTENERS:
        return  # one that the new version does not have is closed
    if new is None:
        name = new_name(old.name, mapping).partition("#")[0]
        if name in elsewhere:
            yield _problem("nested", token, "in the new version it lies in another sub-process.", _MOVE)
        else:
            yield _problem("missing", token, "the new version has no such element.", _MAP)
        return
    if new.kind != old.kind:
        yield _problem("kind", token, f"it is a {old.kind}, but in the new version a {new.kind}.", _MOVE)
        return
    yield from _of_loop(token, old, new)
    yield from _of_work(token, old, new)
    yield from _of_join(token, new, mapping)
    if old.kind == "eventBasedGateway":
        before = {new_name(target.name, mapping) for _, target in old.flows}
        if before != {target.name for _, target in new.flows}:
            yield _problem("events", token, "other events follow the gateway in the new version.", _MOVE)


def _of_loop(token: Token, old: Element, new: Element) -> Iterator[Problem]:
    if not isinstance(old, LoopFrame) or not isinstance(new, LoopFrame):
        return
    if new.body.kind != old.body.kind:
        yield _problem("kind", token, "the new version repeats something else there.", _MOVE)
    fields = ("kind", "cardinality", "collection", "item", "output_collection", "output_item")
    changed = [name for name in fields if getattr(old.loop, name) != getattr(new.loop, name)]
    if changed:
        what = ", ".join(changed).replace("_", " ")
        yield _problem("loop", token, f"its instances have begun, and the new version counts others ({what}).", _MOVE)


def _of_work(token: Token, old: Element, new: Element) -> Iterator[Problem]:
    job, other = old.node.job, new.node.job
    if (job is None) != (other is None) or (job is not None and other is not None and job.topic != other.topic):
        what = "its work has been handed out under another topic."
        yield _problem("job", token, what, "Wait until it is done, or move the token.")
    if (old.node.decision is None) != (new.node.decision is None):
        yield _problem("kind", token, "the new version decides otherwise who does it.", _MOVE)
    if "ballot" in token.internal_data or is_ballot(new.node):
        if rules_stated(old.node) != rules_stated(new.node):
            yield _problem("ballot", token, "the new version puts it to the vote by other rules.", _MOVE)
        return
    for position in {**token.internal_data.get("waits", {}), **token.internal_data.get("due", {})}:
        kinds = [event.kind for event in new.node.events]
        at = int(position)
        if at >= len(kinds) or kinds[at] != old.node.events[at].kind:
            yield _problem("events", token, "it waits for something that the new version does not wait for.", _MOVE)
            return


def _of_join(token: Token, new: Element, mapping: Mapped) -> Iterator[Problem]:
    at_join = token.has_state(WAITING) and token.task_spec.kind in ("parallelGateway", "inclusiveGateway")
    if at_join and new_flow(token, new, mapping) is None:
        yield _problem("join", token, "it came by a flow that the new version does not have.", _MOVE)


def new_flow(token: Token, new: Element, mapping: Mapped) -> str | None:
    """The flow of the new version by which a token that waits at a join is taken to have come."""
    flow = token.flow_id or ""
    if flow in new.node.incoming:
        return flow
    sources = {f.id: f.source for element in elements_of(token.task_spec.scope_spec) for f, _ in _flows(element)}
    source = sources.get(flow)
    wanted = None if source is None else mapping.get(source, source)
    fitting = [f.id for element in elements_of(new.scope_spec) for f, target in _flows(element)
               if target is new and f.source == wanted]  # fmt: skip
    return fitting[0] if len(fitting) == 1 else None


def _flows(element: Element) -> list[Any]:
    return [*element.flows, *([element.default_flow] if element.default_flow is not None else [])]


def _of_persons(top: CaseTree, scopes: Mapping[int | None, ScopeSpec], mapping: Mapped) -> Iterator[Problem]:
    """Checks of the new version whose first person would never be known."""
    for scope_id, spec in scopes.items():
        tree: ScopeTree = top if scope_id is None else top.scopes[scope_id]
        if not has_rules(spec):
            continue
        for token in list(tree.live_tokens()):
            element = new_element(spec, token.task_spec.name, mapping)
            if element is None or token.task_spec.kind in _LISTENERS or "#" in element.name:
                continue
            known = gaps(tree.spec, [token.element_id], token.data)
            before = {(new_name(check, mapping), name) for check, name in known}
            for check, name in sorted(gaps(spec, [element.name], token.data) - before):
                what = f"{check!r} is for another person than the one in {name}, and nobody stands there."
                yield _problem("two_persons", token, what, "Move the token to before the first person's task.")


def inside_of(spec: ScopeSpec) -> Iterator[Element]:
    """Every element of a scope and of the sub-processes in it, in the order of the model."""
    for element in elements_of(spec):
        yield element
        inner = element.body if isinstance(element, LoopFrame) else element
        if hasattr(inner, "inside"):
            yield from inside_of(inner.inside)


def _problem(code: str, token: Token, what: str, mend: str) -> Problem:
    return Problem(
        code=code, severity="error", message=f"Token {token.id} is at {token.element_id!r}: {what}", mend=mend,
        element_id=token.element_id, element_name=token.task_spec.node.name,
    )  # fmt: skip
