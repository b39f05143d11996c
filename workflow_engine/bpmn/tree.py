"""The token tree of one case: SpiffWorkflow workflows and sub-workflows, kept as small as the open work.

A token that has done its part is spliced out at once: its successor takes its place under the same parent. What stays
besides open tokens is only what a later step still reads: the point where branches parted (the base of their merge) and
finished multi-instance bodies (their outputs). A loop of any length therefore keeps the same handful of tokens.
"""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from workflow_engine.bpmn.recorder import Recorder
from workflow_engine.bpmn.token import COMPLETED, FUTURE, Token
from workflow_engine.domain.variables import merge3, same_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workflow_engine.bpmn.definition import Definition, DefinitionSource
    from workflow_engine.bpmn.elements.element import Element
    from workflow_engine.bpmn.run_context import RunContext

_NO_SCRIPT_ENGINE = object()
"""The library would make its own evaluator, which runs model text as Python; nothing here ever asks for it."""


class ScopeSpec(WorkflowSpec):
    """The graph of one scope. ``definition`` is the version it belongs to."""

    def __init__(self, name: str, definition: Definition) -> None:
        super().__init__(name)
        self.data_objects: dict[str, Any] = {}
        self.definition = definition
        self.boundaries: dict[str, list[Element]] = {}
        self.start_elements: list[Element] = []
        self.listeners: list[Any] = []
        """The start events of event sub-processes."""
        self.links: dict[str, Element] = {}


class _Tree:
    """What the whole case and each of its scopes have in common."""

    tasks: dict[int, Token]
    spec: ScopeSpec
    top_workflow: CaseTree
    arrivals: dict[str, dict[int, Token]]
    """Tokens that wait at a parallel or inclusive gateway, by element."""
    root: Token
    parent_task_id: int | None

    @property
    def task_tree(self) -> Token:
        """The library's name for the root."""
        return self.root

    @property
    def host(self) -> Token | None:
        """The activity token in which this scope runs; None at the top."""
        return None if self.parent_task_id is None else self.top_workflow.index[self.parent_task_id]

    # ---- growing
    def plant(self, data: dict[str, Any]) -> Token:
        """Make the root, which holds the scope's first variables."""
        self.root = self.new_token(self.spec.start, None, COMPLETED, data)
        return self.root

    def new_token(self, element: Element, parent: Token | None, state: int, data: dict[str, Any]) -> Token:
        """A new token below ``parent``; takes over the ``data`` it is given."""
        top = self.top_workflow
        token = Token(self, element, top.take_id(), top.take_slot(), parent.id if parent else None, state, data)  # type: ignore[arg-type]  # _Tree is always a ScopeTree
        if parent is not None:
            parent._children.append(token.id)
        top.recorder.touch(token)
        return token

    def succeed(self, token: Token, element: Element, flow_id: str | None) -> Token:
        """Move on: a new token at ``element`` takes the place of ``token``, which leaves the tree."""
        parent = token.parent
        self.forget(token)
        data = token.data
        successor = self.new_token(element, None, FUTURE, data)
        successor._parent = token._parent
        if parent is not None:
            parent._children[parent._children.index(token.id)] = successor.id
        if flow_id is not None:
            successor.internal_data["flow"] = flow_id
        return successor

    # ---- shrinking
    def forget(self, token: Token) -> None:
        """Drop the token from every index; who refers to it as child or parent is the caller's concern."""
        top = self.top_workflow
        del self.tasks[token.id]
        del top.index[token.id]
        top.recorder.removed(token)
        top.free_slot(token.slot)
        top.uncatch(token)

    def detach(self, token: Token) -> None:
        """Take a leaf out and tidy up: a parting point without branches goes, one with a single branch is spliced."""
        parent = token.parent
        self.forget(token)
        parent._children.remove(token.id)
        while self.is_parting_point(parent):
            if not parent._children:
                above = parent.parent
                above._children.remove(parent.id)
                self.forget(parent)
                parent = above
                continue
            if len(parent._children) == 1:
                child = self.tasks[parent._children[0]]
                self.splice(parent)
                if child.internal_data.get("given"):
                    self.splice(child)
            return

    def is_parting_point(self, token: Token) -> bool:
        """Whether it is only there because branches parted here."""
        return token is not self.root and token._state == COMPLETED and not token.internal_data.get("kept")

    def splice(self, fork: Token) -> None:
        """Take out a token with a single child, which takes its place."""
        (child_id,) = fork._children
        child = self.tasks[child_id]
        if "ended" in fork.internal_data:
            take_along(child, fork.data, changed_variables(fork.data, fork.internal_data["ended"]))
        above = fork.parent
        above._children[above._children.index(fork.id)] = child.id
        child._parent = above.id
        self.top_workflow.recorder.touch(child)  # its row is written as the difference to its new parent
        self.forget(fork)

    def move_under(self, token: Token, parent: Token) -> None:
        """Hang a token under another parent of the same scope; the old parent's list is the caller's concern."""
        token._parent = parent.id
        parent._children.append(token.id)
        self.top_workflow.recorder.touch(token)

    # ---- looking
    def rebased(self, token: Token, onto: Token) -> dict[str, Any]:
        """The token's variables as changes to those of ``onto``, from which it descends.

        What a branch was given on its way, to look at, is no change of its own.
        """
        data, at = token.data, token.parent
        while at is not onto:
            if at.internal_data.get("given"):
                data = merge3(at.data, at.parent.data, data)[0]
            at = at.parent
        return data

    def give(self, parent: Token, variables: dict[str, Any]) -> Token:
        """The place below ``parent`` for a branch that begins with these variables.

        Where they are not the parent's, a token stands between that keeps them: what the branch is given to look at is
        no change of its own when it meets the others.
        """
        if difference(parent.data, variables) == ({}, []):
            return parent
        given = self.new_token(parent.task_spec, parent, COMPLETED, variables)
        given.internal_data["given"] = True
        return given

    def drop_given(self, token: Token, below: Token) -> None:
        """The token's variables are changes to those of ``below`` now: nothing on the way there is their base."""
        at = token.parent
        while at is not below:
            above = at.parent
            if at.internal_data.get("given"):
                self.splice(at)
            at = above

    def lowest_common_ancestor(self, tokens: list[Token]) -> Token:
        """Where these branches parted."""
        shared = self._path(tokens[0])
        for token in tokens[1:]:
            path = set(self._path(token))
            shared = [token_id for token_id in shared if token_id in path]
        return self.tasks[shared[0]]

    def _path(self, token: Token) -> list[int]:
        path = []
        at: Token | None = token.parent
        while at is not None:
            path.append(at.id)
            at = at.parent
        return path

    def live_tokens(self) -> Iterator[Token]:
        return (token for token in self.tasks.values() if token.is_live)

    def get_task_from_id(self, task_id: int) -> Token | None:
        return self.top_workflow.index.get(task_id)


def tokens_below(token: Token, children: Callable[[Token], list[Token]]) -> list[Token]:
    """The token and all below it, each before what hangs below it; read backwards, the eldest branch comes first."""
    found, pending = [], [token]
    while pending:
        found.append(pending.pop())
        pending.extend(children(found[-1]))
    return found


def difference(base: Mapping[str, Any], variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What was set and which names are gone from ``base`` to ``variables``; see ``changed_variables``.

    Both in the order of their names: the order in which they came to be is not stored.
    """
    changed = {
        name: value
        for name, value in variables.items()
        if name not in base or (base[name] is not value and not same_json(base[name], value))
    }
    return dict(sorted(changed.items())), sorted(name for name in base if name not in variables)


def changed_variables(base: Mapping[str, Any], change: Mapping[str, Any] | None) -> dict[str, Any]:
    """``base`` with a kept change (``set``, ``unset``) made to it."""
    if change is None:
        return dict(base)
    kept = {name: value for name, value in base.items() if name not in change["unset"]}
    return {**kept, **change["set"]}


def take_along(token: Token, base: Mapping[str, Any], ended: Mapping[str, Any]) -> None:
    """The last branch takes along what its siblings, which have ended, made of ``base``; so does all below it."""
    merged, conflicts = merge3(base, token.internal_data.get("outer", token.data), ended)
    token.workflow.top_workflow.recorder.add_conflicts(token, conflicts)
    for at in tokens_below(token, _children):
        _rebase_loop(at, base, ended)
        around = at.internal_data.get("outer")
        if around is not None:
            at.internal_data["outer"] = merge3(base, around, ended)[0]
        if at is token and around is None:
            at.set_variables(merged)  # what ended just now was written last
        else:
            at.set_variables(merge3(base, ended, at.data)[0])  # its own variables stay its own


def _rebase_loop(token: Token, base: Mapping[str, Any], ended: Mapping[str, Any]) -> None:
    """What the finished bodies of a loop made of ``base`` is kept as whole values: the siblings' part comes in there.

    Otherwise the next body would be merged with a picture in which theirs is missing, and one list lose the other.
    """
    if (kept := token.internal_data.get("result")) is not None:
        so_far = merge3(base, ended, {**token.data, **kept})[0]
        token.note(result=difference(merge3(base, ended, token.data)[0], so_far)[0])


def _children(token: Token) -> list[Token]:
    return token.children


class ScopeTree(_Tree, BpmnSubWorkflow):
    """The inside of one running sub-process, call activity or body."""

    parent_task_id: int

    def __init__(self, spec: ScopeSpec, host: Token, top: CaseTree) -> None:
        BpmnSubWorkflow.__init__(self, spec, host.id, top, deserializing=True)
        self.arrivals: dict[str, dict[int, Token]] = {}

    def _calculate_depth(self) -> int:
        parent: Any = self.parent_workflow
        return int(parent.depth) + 1


class CaseTree(_Tree, BpmnWorkflow):
    """The whole case: the top scope, every token by number, the queue of ready tokens and who waits for what."""

    parent_task_id = None

    def __init__(self, case_id: str, spec: ScopeSpec) -> None:
        self.case_id = case_id
        self.index: dict[int, Token] = {}
        self.recorder = Recorder()
        self.ready: deque[Token] = deque()
        self.arrivals: dict[str, dict[int, Token]] = {}
        self.joins: dict[int, Token] = {}
        """Tokens that wait at inclusive gateways; looked at again when nothing else moves."""
        self.conditions: dict[int, Token] = {}
        """Tokens that wait for a condition."""
        self.context: RunContext
        self.source: DefinitionSource
        self.next_token_id = 1
        self.next_slot = 0
        self.free_slots: list[int] = []
        self.scopes: dict[int, ScopeTree] = {}
        self.header: dict[str, Any] = {}
        BpmnWorkflow.__init__(self, spec, script_engine=_NO_SCRIPT_ENGINE, deserializing=True)
        self.subprocesses = self.scopes

    def open_scope(self, spec: ScopeSpec, host: Token) -> ScopeTree:
        scope = self.scopes[host.id] = ScopeTree(spec, host, self)
        return scope

    def close_scope(self, scope: ScopeTree) -> None:
        """Drop what is left of a finished or cancelled scope."""
        for token in list(scope.tasks.values()):
            scope.forget(token)
        self.scopes.pop(scope.parent_task_id)

    def clear(self) -> None:
        """A case that has ended keeps no tokens; its story is in the record."""
        for token in list(self.index.values()):
            token.workflow.forget(token)
        self.scopes.clear()

    def take_id(self) -> int:
        token_id = self.next_token_id
        self.next_token_id += 1
        return token_id

    def take_slot(self) -> int:
        if self.free_slots:
            slot = heappop(self.free_slots)
        else:
            slot, self.next_slot = self.next_slot, self.next_slot + 1
        self.recorder.taken(slot)
        return slot

    def free_slot(self, slot: int) -> None:
        heappush(self.free_slots, slot)

    def find_free_slots(self) -> None:
        """After a cold load: every slot below the highest that no token uses."""
        used = {token.slot for token in self.index.values()}
        self.free_slots = [slot for slot in range(self.next_slot) if slot not in used]
        heapify(self.free_slots)

    def uncatch(self, token: Token) -> None:
        """The token waits for nothing any more."""
        self.joins.pop(token.id, None)
        self.conditions.pop(token.id, None)
        arrivals = token.workflow.arrivals.get(token.element_id)
        if arrivals:
            arrivals.pop(token.id, None)
