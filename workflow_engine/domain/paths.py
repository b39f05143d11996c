"""Which way cases took: the visits to elements that a case's record tells of, read entry by entry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

REPEATING = frozenset({"multiInstance", "standardLoop"})
"""An element that repeats by itself is entered as a whole and once per repetition; only the latter are counted."""
STEP_KINDS = frozenset({
    "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask",
    "callActivity",
})  # fmt: skip
_COMES_BACK = STEP_KINDS | REPEATING | {"subProcess"}
"""Kinds at which a return is told; gateways and events are passed again as part of it."""
MOST_STEPS = 300
"""How much of a very long path is kept."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """A token at an element, from its coming to its going."""

    visit_no: int
    token_id: int
    process_id: str
    definition_id: str
    element_id: str
    element_kind: str
    entered_at: datetime
    scope_id: int | None = None
    """Token of the sub-process or call around it; None at the top."""
    unit: str = ""
    """To whom the work was given: the first group it was offered to, else the unit of who did it."""
    done_by: str | None = None
    claimed_at: datetime | None = None
    due_at: datetime | None = None
    left_at: datetime | None = None
    outcome: str = "open"
    returned: bool = False
    """The case had been at this element before, within the same run of the sub-process around it."""
    called_process_id: str | None = None
    called_definition_id: str | None = None

    @property
    def counted(self) -> bool:
        """Whether it is a figure of its own."""
        return self.element_kind not in REPEATING

    @property
    def seconds(self) -> int:
        """How long it took, whole seconds; 0 while open."""
        return max(0, int((self.left_at - self.entered_at).total_seconds())) if self.left_at else 0

    @property
    def waited(self) -> int:
        """How much of that nobody had taken it."""
        if self.element_kind != "userTask" or self.left_at is None:
            return 0
        until = self.left_at if self.claimed_at is None else min(self.claimed_at, self.left_at)
        return max(0, int((until - self.entered_at).total_seconds()))

    @property
    def overdue(self) -> bool:
        """Whether it was left after it was due."""
        return self.due_at is not None and self.left_at is not None and self.left_at > self.due_at


@dataclass(slots=True, kw_only=True)
class Path:
    """A case's way so far: its open visits, and the steps of its own process in the order they began."""

    process_id: str
    definition_id: str
    visits: int = 0
    steps: list[str] = field(default_factory=list)
    open: dict[int, Visit] = field(default_factory=dict)
    seen: dict[str, list[str]] = field(default_factory=dict)
    """Elements entered so far, by the token of the scope around them, for scopes that are open."""
    ended: bool = False

    def follow(self, at: datetime, events: Iterable[Mapping[str, Any]]) -> list[Visit]:
        """Read one entry; returns the visits that began in it. ``open`` loses those that were left."""
        begun: list[Visit] = []
        for event in events:
            kind = event["event"]
            if kind == "element.activated":
                begun.append(self._enter(at, event))
            elif kind in ("case.completed", "case.cancelled"):
                for visit in list(self.open.values()):
                    self._leave(visit, at, "cancelled")
                self.ended = True
            elif (at_token := self.open.get(event.get("token_id") or 0)) is not None:
                self._change(at_token, at, kind, event)
        return begun

    def _enter(self, at: datetime, event: Mapping[str, Any]) -> Visit:
        element_id = str(event["element_id"])
        process_id, definition_id = self._model_of(event.get("scope_id"))
        scope_id = event.get("scope_id")
        own = definition_id == self.definition_id and process_id == self.process_id
        visit = Visit(
            visit_no=self.visits + 1, token_id=int(event["token_id"]), process_id=process_id,
            definition_id=definition_id, element_id=element_id, element_kind=str(event["element_kind"]), entered_at=at,
            scope_id=scope_id,
        )  # fmt: skip
        if self._repeating(visit) is None:
            visit.returned = not self._first(scope_id, element_id) and visit.element_kind in _COMES_BACK
        if own and (visit.element_kind in STEP_KINDS or not visit.counted) and self._is_step(visit):
            self.steps.append(element_id)
        self.visits += 1
        self.open[visit.token_id] = visit
        return visit

    def _is_step(self, visit: Visit) -> bool:
        """Whether the path goes on by it: what repeats by itself, or inside of what does, is one step."""
        if self._repeating(visit) is not None or len(self.steps) >= MOST_STEPS:
            return False
        scope = self.open.get(visit.scope_id or 0)
        while scope is not None:
            whole = self._repeating(scope)
            if whole is not None:
                return self._first(whole.token_id, visit.element_id)
            scope = self.open.get(scope.scope_id or 0)
        return True

    def _repeating(self, visit: Visit) -> Visit | None:
        """The repetition as a whole that this visit is one round of."""
        return next(
            (one for one in self.open.values() if one.element_id == visit.element_id and not one.counted), None
        )

    def _first(self, scope_id: int | None, element_id: str) -> bool:
        """Whether the element is new within the scope; it is known from now on."""
        known = self.seen.setdefault(str(scope_id or 0), [])
        if element_id in known:
            return False
        known.append(element_id)
        return True

    def _model_of(self, scope_id: int | None) -> tuple[str, str]:
        """Which process's model draws the inside of a scope."""
        scope = self.open.get(scope_id or 0)
        if scope is None:
            return self.process_id, self.definition_id
        if scope.called_definition_id and scope.called_process_id:
            return scope.called_process_id, scope.called_definition_id
        return scope.process_id, scope.definition_id

    def _change(self, visit: Visit, at: datetime, kind: str, event: Mapping[str, Any]) -> None:
        if kind == "element.completed":
            self._leave(visit, at, "completed")
        elif kind == "element.cancelled":
            self._leave(visit, at, "cancelled")
        elif kind == "call.resolved":
            visit.called_process_id, visit.called_definition_id = event["process_id"], event["definition_id"]
        elif kind == "user_task.created":
            groups = event.get("candidate_groups") or []
            visit.unit = str(groups[0])[:200] if groups else ""
            visit.due_at = _instant(event.get("due_at"))
            visit.claimed_at = at if event.get("assignee") else None
        elif kind in ("user_task.claimed", "user_task.assigned"):
            visit.claimed_at = visit.claimed_at or at
        elif kind == "user_task.released":
            visit.claimed_at = None
        elif kind == "user_task.completed":
            visit.done_by = event["completed_by"]

    def _leave(self, visit: Visit, at: datetime, outcome: str) -> None:
        visit.left_at, visit.outcome = at, outcome
        self.open.pop(visit.token_id, None)
        self.seen.pop(str(visit.token_id), None)


def variant_of(steps: Iterable[str]) -> str:
    """The same for cases that took the same steps in the same order."""
    return hashlib.sha256("\x1f".join(steps).encode()).hexdigest()[:32]


SPANS = (60, 300, 900, 3_600, 14_400, 86_400, 259_200, 604_800)
"""Ends of the classes in which durations are counted, seconds: a minute to a week; the last class is open."""


def span_of(seconds: int) -> int:
    """The class of a duration, 0 to ``len(SPANS)``."""
    return next((number for number, end in enumerate(SPANS) if seconds <= end), len(SPANS))


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
