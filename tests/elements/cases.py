"""One case in its two copies: one kept in memory, one restored from its rows before every step.

After every step both must have produced the same bytes: events, rows, header and everything that can be asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from tests.elements.telling import story_of, text_of
from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.messaging import find_message_catcher, waiting_for
from workflow_engine.bpmn.moving import branches, find_scope, move
from workflow_engine.bpmn.run_context import Advance
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token import ERROR, Token
from workflow_engine.bpmn.token_rows import TokenRow, row_of
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.event import Event

if TYPE_CHECKING:
    from tests.elements.kit import World

FAR = datetime(9999, 1, 1, tzinfo=UTC)

E = TypeVar("E", bound=Event)


@dataclass(eq=False)
class Case:
    """One case in its two copies and everything that is recorded of it."""

    world: World
    case_id: str
    definition: Definition
    process: str
    state: str = "new"
    events: list[Event] = field(default_factory=list)
    rows: dict[int, TokenRow] = field(default_factory=dict)
    written: list[int] = field(default_factory=list)
    """Rows written or deleted, per step."""
    header: str = ""
    log: list[tuple[datetime, Callable[[Instance], Advance]]] = field(default_factory=list)
    """Every command that was not refused, and its instant."""
    _sorted: dict[type[Event], list[Any]] = field(default_factory=dict)
    _sorted_until: int = 0

    def __post_init__(self) -> None:
        self.hot = Instance.create(self.case_id, self.definition, self.process)
        self.cold = Instance.create(self.case_id, self.definition, self.process)

    # ---- one step on both copies
    def step(self, act: Callable[[Instance], Advance]) -> Case:
        """Have both copies do the same and compare what came of it; rejections must agree and change nothing."""
        if self.header:
            self.cold = Instance.restore(self.case_id, self.world, json.loads(self.header), self.rows.values())
        one, other = self._try(self.hot, act), self._try(self.cold, act)
        if isinstance(one, RejectedError) or isinstance(other, RejectedError):
            assert repr(one) == repr(other)
            self._compare()
            assert isinstance(one, RejectedError)
            raise one
        self.log.append((self.world.now, act))
        assert story_of(one.events) == story_of(other.events)
        assert one.changed == other.changed
        assert (one.removed, one.header, one.state) == (other.removed, other.header, other.state)
        self._take(one)
        self._compare()
        self._deliver(one.events)
        return self

    @staticmethod
    def _try(instance: Instance, act: Callable[[Instance], Advance]) -> Advance | RejectedError:
        try:
            return act(instance)
        except RejectedError as rejection:
            return rejection

    def replay(self) -> None:
        """Run every command once more on a fresh copy: it has to tell the same story, byte for byte."""
        fresh, story, now = Instance.create(self.case_id, self.definition, self.process), list[str](), self.world.now
        for then, act in self.log:
            self.world.now = then
            story += story_of(act(fresh).events)
        self.world.now = now
        assert story == story_of(self.events)

    def _take(self, advance: Advance) -> None:
        for slot in advance.removed:
            assert slot in self.rows or not self.events, f"slot {slot} is deleted, but was never stored"
            self.rows.pop(slot, None)
        self.rows.update({row.slot: row for row in advance.changed})
        self.header, self.state = orjson.dumps(advance.header).decode(), advance.state
        self.events += advance.events
        self.written.append(len(advance.changed) + len(advance.removed))
        json.dumps(story_of(advance.events))  # JSON, nothing else

    def _compare(self) -> None:
        for copy in (self.hot, self.cold):
            memory = {token.slot: row_of(token) for token in copy.tree.index.values()}
            assert memory == self.rows, "rows and memory differ"
        if self.state == "active":
            assert self.hot.open_tokens() == self.cold.open_tokens()
            assert self.hot.due_timers(FAR) == self.cold.due_timers(FAR)
            assert text_of(self.hot.variables()) == text_of(self.cold.variables())
        else:
            assert not self.rows

    def _deliver(self, events: list[Event]) -> None:
        """What left the case goes to the others, as the engine does after its commit."""
        for event in events:
            if isinstance(event, ev.MessageThrown) and event.caught_by is None:
                self.world.message(event.name, event.payload, event.correlation, event.message_id)
            elif isinstance(event, ev.SignalThrown):
                self.world.signal(event.name, event.payload, besides=self)

    # ---- doing
    def complete(self, element: str, variables: Mapping[str, Any] | None = None, **where: Any) -> Case:
        """Complete the first open task at this element whose token has these variables."""
        token_id = self.task(element, **where)
        return self.step(lambda one: one.complete_user_task(self.world.context, token_id, variables or {}, "user:ann"))

    def finish(self, element: str, variables: Mapping[str, Any] | None = None, **where: Any) -> Case:
        """A worker has done the job of this element."""
        token_id = self._open(element, "job", where)
        return self.step(lambda one: one.complete_job(self.world.context, token_id, variables or {}))

    def fail(self, element: str, error: str = "no answer", retries_left: int = 0, retry_at: str | None = None) -> Case:
        token_id = self._open(element, "job", {})
        return self.step(lambda one: one.fail_job(self.world.context, token_id, error, retries_left, retry_at))

    def throw(self, element: str, code: str, variables: Mapping[str, Any] | None = None, **where: Any) -> Case:
        """The job of this element ends in a BPMN error."""
        token_id = self._open(element, "job", where)
        return self.step(
            lambda one: one.throw_job_error(self.world.context, token_id, code, f"it was {code}", variables or {})
        )

    def fire(self, token_id: int, position: int, due_at: str) -> Case:
        return self.step(lambda one: one.fire_timer(self.world.context, token_id, position, due_at))

    def fire_next(self) -> Case:
        """Time passes until the next timer of this case is due, and it fires."""
        token_id, position, due_at = self.due_timers()[0]
        self.world.now = max(self.world.now, datetime.fromisoformat(due_at))
        return self.fire(token_id, position, due_at)

    def catch(
        self,
        name: str,
        payload: Mapping[str, Any],
        correlation: Mapping[str, Any] | None = None,
        message_id: str | None = None,
    ) -> bool:
        """Give it a message; whether it wanted it."""
        if self.state != "active":
            return False
        self.hot.tree.context = self.world.context
        catcher = find_message_catcher(self.hot.tree, name, payload, correlation)
        if catcher is None:
            return False
        token_id, position = catcher[0].token_id, catcher[1]
        self.step(
            lambda one: one.catch_message(
                self.world.context, token_id, position, name, payload, correlation, message_id
            )
        )
        return True

    def hear(self, name: str, payload: Mapping[str, Any]) -> bool:
        """Give it a signal; whether it waited for one."""
        if self.state != "active" or not waiting_for(self.hot.tree, "signal", name):
            return False
        self.step(lambda one: one.catch_signal(self.world.context, name, payload, "s1"))
        return True

    def change(self, variables: Mapping[str, Any], scope: int | None = None) -> Case:
        return self.step(lambda one: one.change_variables(self.world.context, variables, scope))

    def retry(self, incident: int = 1, variables: Mapping[str, Any] | None = None) -> Case:
        return self.step(lambda one: one.retry(self.world.context, incident, variables or {}))

    def cancel(self, reason: str | None = None) -> Case:
        return self.step(lambda one: one.cancel(self.world.context, reason))

    def move(self, element: str | None, *path: str, scope: int | None = None, **noted: Any) -> Case:
        """Withdraw the first branch of the scope that is at this element (None: none), and go on at ``path``."""

        def do(tree: CaseTree) -> None:
            inside = find_scope(tree, scope)
            replaced = [branch for branch in branches(inside) if branch.element_id == element][:1]
            move(inside, replaced, path, noted=noted)

        return self.step(lambda one: one.act(self.world.context, do))

    def move_all(self, *path: str, scope: int | None = None) -> Case:
        """Withdraw every branch of the scope, and go on at ``path``."""

        def do(tree: CaseTree) -> None:
            inside = find_scope(tree, scope)
            move(inside, branches(inside), path)

        return self.step(lambda one: one.act(self.world.context, do))

    # ---- looking
    def task(self, element: str, **where: Any) -> int:
        """The token of an open user task at this element."""
        return self._open(element, "userTask", where)

    def _open(self, element: str, kind: str, where: dict[str, Any]) -> int:
        found = [
            token.token_id
            for token in self._waiting(kind)
            if token.element_id == element and where.items() <= token.data.items()
        ]
        assert found, f"no open {kind} {element} {where}; there are {self.open}"
        return found[0]

    def _waiting(self, kind: str) -> list[Token]:
        return [
            token
            for token in sorted(self.hot.tree.index.values(), key=lambda token: token.token_id)
            if token.is_live
            and not token.has_state(ERROR)
            and token.task_spec.can_happen(token)
            and (token.task_spec.kind == "userTask" if kind == "userTask" else token.task_spec.node.job is not None)
        ]

    @property
    def open(self) -> list[str]:
        """Elements of the open user tasks, oldest first."""
        return [token.element_id for token in self._waiting("userTask")]

    @property
    def jobs(self) -> list[str]:
        """Elements of the open jobs, oldest first."""
        return [token.element_id for token in self._waiting("job")]

    def seen_by(self, element: str, **where: Any) -> dict[str, Any]:
        """The variables that an open user task shows."""
        return self.hot.token_variables(self.task(element, **where))

    def due_timers(self, until: datetime = FAR) -> list[tuple[int, int, str]]:
        return self.hot.due_timers(until) if self.state == "active" else []

    @property
    def due(self) -> list[str]:
        """Due instants of all timers, the earliest first, without the zone."""
        return [due_at.removesuffix("Z") for _, _, due_at in self.due_timers()]

    @property
    def waits(self) -> list[str]:
        """``kind name`` of everything that it listens for, in the order in which it began to."""
        return [
            f"{wait[0]} {wait[1]}"
            for _, token in sorted(self.hot.tree.index.items())
            for wait in token.internal_data.get("waits", {}).values()
        ]

    @property
    def done(self) -> list[str]:
        """Completed elements in order."""
        return [event.element_id for event in self.all(ev.ElementCompleted)]

    @property
    def withdrawn(self) -> list[str]:
        """Cancelled elements in order."""
        return [event.element_id for event in self.all(ev.ElementCancelled)]

    def all(self, kind: type[E]) -> list[E]:
        """Every recorded event of this class; long stories are sorted once, not at every question."""
        for event in self.events[self._sorted_until :]:
            self._sorted.setdefault(type(event), []).append(event)
        self._sorted_until = len(self.events)
        return list(self._sorted.get(kind, ()))

    @property
    def variables(self) -> dict[str, Any]:
        """The case's variables, or what it ended with."""
        if self.state == "active":
            return self.hot.variables()
        return dict(self.all(ev.CaseCompleted)[-1].variables or {})

    @property
    def incidents(self) -> dict[int, ev.IncidentOpened]:
        """Open incidents by number."""
        found = {event.incident_no: event for event in self.all(ev.IncidentOpened)}
        for event in self.all(ev.IncidentResolved):
            del found[event.incident_no]
        return found

    @property
    def faults(self) -> list[str]:
        """``code element`` of every open incident."""
        return [f"{event.code} {event.element_id}" for event in self.incidents.values()]

    @property
    def conflicts(self) -> list[str]:
        """Paths of all merge conflicts."""
        return [path for event in self.all(ev.MergeConflict) for path in event.paths]
