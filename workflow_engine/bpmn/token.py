"""A token: one SpiffWorkflow task, with an index instead of tree walks and without predictions.

The library's own task asks the machine for a random id and the time, builds log records of its whole data at each move,
and keeps every task that ever ran below its parent. A token here has a small number given by its case, its move costs
nothing but the move, and it leaves the tree as soon as nothing needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from workflow_engine.bpmn.elements.element import Element
    from workflow_engine.bpmn.tree import ScopeTree

FUTURE, WAITING, READY, STARTED = TaskState.FUTURE, TaskState.WAITING, TaskState.READY, TaskState.STARTED
COMPLETED, ERROR, CANCELLED = TaskState.COMPLETED, TaskState.ERROR, TaskState.CANCELLED
LIVE = FUTURE | WAITING | READY | STARTED | ERROR
"""A faulted token is still alive: it waits for its incident to be mended."""


class Token(Task):
    """Where a case is. ``data`` are the variables this token sees; nested values in it are never changed in place.

    ``internal_data`` is the element's own JSON, saved with the token; ``flow_id`` the sequence flow it came by.
    ``items`` and ``outputs`` are what a multi-instance frame computed from saved state, kept only in memory.
    """

    workflow: ScopeTree
    task_spec: Element

    def __init__(
        self,
        workflow: ScopeTree,
        task_spec: Element,
        token_id: int,
        slot: int,
        parent_id: int | None,
        state: int,
        data: dict[str, Any],
    ) -> None:
        # Not the library's constructor: that one draws a random id and reads the clock.
        self.id = token_id
        self.slot = slot
        self.workflow = workflow
        self.task_spec = task_spec
        self.data = data
        self.internal_data: dict[str, Any] = {}
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self._parent = parent_id
        self._children: list[int] = []
        self._state = state
        self.items: list[Any] | None = None
        self.outputs: dict[int, Any] | None = None
        workflow.tasks[token_id] = self
        workflow.top_workflow.index[token_id] = self

    @property
    def token_id(self) -> int:
        return int(self.id)

    @property
    def element_id(self) -> str:
        """The id of the flow node in the model."""
        return self.task_spec.element_id

    @property
    def children(self) -> list[Token]:
        """The tokens below, oldest first; their stored order is that of a case in memory only."""
        tasks = self.workflow.tasks
        return [tasks[token_id] for token_id in sorted(self._children)]

    @property
    def flow_id(self) -> str | None:
        return self.internal_data.get("flow")

    @property
    def is_live(self) -> bool:
        return bool(self._state & LIVE)

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self._state = value
            self.workflow.top_workflow.recorder.touch(self)

    def note(self, **values: Any) -> None:
        """Keep these in ``internal_data`` and have the row written."""
        self.internal_data.update(values)
        self.workflow.top_workflow.recorder.touch(self)

    def set_variables(self, values: dict[str, Any]) -> None:
        """Replace this token's variables.

        Rows below it are written again, since they hold the difference to it.
        """
        self.data = values
        self.items = None
        top = self.workflow.top_workflow
        top.recorder.touch(self)
        for child in self.children:
            top.recorder.touch(child)
        scope = top.scopes.get(self.id)
        if scope is not None:
            top.recorder.touch(scope.root)

    def run(self) -> bool | None:
        """Run the element if, and only if, the token is ready (the library runs finished tasks again)."""
        if self._state != READY:
            return None
        result: bool | None = self.task_spec._run(self)
        if result is None:
            if self._state == READY:
                self._set_state(self.task_spec.waiting_state)
        else:
            self.complete()
        return result
