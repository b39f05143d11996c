"""One running case in memory: what can be done to it, and what doing so changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from workflow_engine.bpmn.changing import change_everywhere, change_token
from workflow_engine.bpmn.correlation import begin_conversation
from workflow_engine.bpmn.definition import Definition, DefinitionSource
from workflow_engine.bpmn.driving import drive
from workflow_engine.bpmn.elements.scopes import begin_scope
from workflow_engine.bpmn.evaluation import iso
from workflow_engine.bpmn.faults import open_incident, resolve_incident, resolve_stuck, restart, throw_error
from workflow_engine.bpmn.messaging import deliver_signal, waiting_for
from workflow_engine.bpmn.run_context import Advance, OpenToken, RunContext
from workflow_engine.bpmn.scoping import empty_scope
from workflow_engine.bpmn.signing import submitted
from workflow_engine.bpmn.token import ERROR, Token
from workflow_engine.bpmn.token_rows import FORMAT, TokenRow, plant_rows, row_of
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.bpmn.views import scope_view
from workflow_engine.domain.errors import (
    InvalidStateError,
    NotFoundError,
    ProcessFaultError,
    ServiceTaskError,
    StateFormatError,
)
from workflow_engine.domain.events import (
    CaseCancelled,
    CaseStarted,
    JobCompleted,
    JobFailed,
    UserTaskCompleted,
    VariablesChanged,
)
from workflow_engine.domain.timing import parse_instant


class Instance:
    """A case in memory. Not thread-safe: whoever holds the case's lock uses it, nobody else.

    After an exception that is not a rejection the copy is worthless: drop it and restore from rows.
    """

    def __init__(self, case_id: str, definition: Definition, process_id: str) -> None:
        self.case_id = case_id
        self.definition = definition
        self.process_id = process_id
        self.version = 0
        self.tree = CaseTree(case_id, definition.spec(process_id))

    @classmethod
    def create(cls, case_id: str, definition: Definition, process_id: str) -> Instance:
        """A case that has not started yet."""
        return cls(case_id, definition, process_id)

    @classmethod
    def restore(
        cls, case_id: str, source: DefinitionSource, header: Mapping[str, Any], rows: Iterable[TokenRow]
    ) -> Instance:
        """The case back from its header and rows; indistinguishable from the copy that was saved.

        Raises:
            StateFormatError: written by another version of the format.
        """
        if header.get("format") != FORMAT:
            raise StateFormatError(f"Expected state of format {FORMAT}, but case {case_id} has {header.get('format')}.")
        instance = cls(case_id, source.by_id(header["definition_id"]), header["process_id"])
        tree = instance.tree
        tree.source = source
        tree.header = dict(header)
        tree.next_token_id, tree.next_slot = header["next_token_id"], header["next_slot"]
        tree.completed = "outcome" in header
        if not tree.completed:
            plant_rows(tree, rows)
        return instance

    # ---- commands
    def start(
        self,
        context: RunContext,
        variables: Mapping[str, Any],
        *,
        business_key: str | None = None,
        start_element_id: str | None = None,
        position: int = 0,
        correlation: Mapping[str, Any] | None = None,
    ) -> Advance:
        """Begin the case at its start event without trigger, or at the start event that was triggered.

        ``position`` says which of the start event's definitions occurred; a parallel multiple one waits for the rest.
        ``correlation`` is what the message that starts the case carries; without it, it is read from ``variables``.
        """
        tree = self._begin(context)
        if "format" in tree.header:
            raise InvalidStateError(f"Expected case {self.case_id} to be new, but it has started.")
        elements = tree.spec.start_elements
        if start_element_id is not None:
            found = tree.spec.task_specs.get(start_element_id)
            if found is None or found.node.kind != "startEvent":
                raise NotFoundError(f"Expected {start_element_id!r} to be a start event of {self.process_id!r}.")
            elements = [found]
            begin_conversation(tree, found.node.events[position : position + 1], variables, correlation)
        if not elements:
            raise InvalidStateError(
                f"Expected process {self.process_id!r} to have a start event without trigger, but it starts only by "
                "message, signal or time."
            )
        tree.recorder.add(
            CaseStarted(
                process_id=self.process_id,
                definition_id=self.definition.definition_id,
                business_key=business_key,
                variables=dict(variables),
            )
        )
        tree.plant(dict(variables))
        begin_scope(tree, elements, position)
        return self._advance()

    def complete_user_task(
        self, context: RunContext, token_id: int, variables: Mapping[str, Any], completed_by: str
    ) -> Advance:
        """A person has done the task; who checks is never who did (``bpmn.four_eyes``)."""
        tree = self._begin(context)
        token = self._require_open(token_id, "userTask")
        variables = submitted(token, variables, completed_by)
        spec = token.task_spec.node.user_task
        tree.recorder.add(
            UserTaskCompleted(
                token_id=token_id,
                element_id=token.element_id,
                completed_by=completed_by,
                form_key=spec.form_key if spec else None,
                variables=dict(variables),
            )
        )
        if variables:
            token.set_variables({**token.data, **variables})
        token.task_spec.done(token)
        return self._advance()

    def fire_timer(self, context: RunContext, token_id: int, position: int, due_at: str) -> Advance:
        """A timer of the case has fallen due."""
        tree = self._begin(context)
        token = tree.index.get(token_id)
        if token is None or token.internal_data.get("due", {}).get(str(position)) != due_at:
            raise InvalidStateError(
                f"Expected timer {token_id}.{position} of case {self.case_id} to wait for {due_at}, but it does not."
            )
        self._attempt(token, lambda: token.task_spec.fire(token, position))
        return self._advance()

    def due_timers(self, now: datetime) -> list[tuple[int, int, str]]:
        """(token, position, due instant) of every timer that is overdue, the earliest first."""
        latest = iso(now)[:19]  # compared as text first: most timers lie in the future
        due = [
            (instant, token_id, int(position), due_at)
            for token_id, token in self.tree.index.items()
            for position, due_at in token.internal_data.get("due", {}).items()
            if due_at[:19] <= latest and (instant := parse_instant(due_at)) <= now
        ]
        return [(token_id, position, due_at) for _, token_id, position, due_at in sorted(due)]

    def catch_message(
        self,
        context: RunContext,
        token_id: int,
        position: int,
        name: str,
        payload: Mapping[str, Any],
        correlation: Mapping[str, Any] | None = None,
        message_id: str | None = None,
    ) -> Advance:
        """A message from outside has come to this catcher."""
        tree = self._begin(context)
        token = tree.index.get(token_id)
        wait = token.internal_data.get("waits", {}).get(str(position)) if token is not None else None
        if token is None or wait is None or wait[:2] != ["message", name]:
            raise InvalidStateError(f"Expected case {self.case_id} to wait for message {name!r}, but it does not.")
        self._attempt(token, lambda: token.task_spec.deliver(token, position, payload, correlation, message_id))
        return self._advance()

    def catch_signal(
        self, context: RunContext, name: str, payload: Mapping[str, Any], signal_id: str | None = None
    ) -> Advance:
        """A signal from outside: every catcher of the case that waits at this moment gets it."""
        tree = self._begin(context)
        if not waiting_for(tree, "signal", name):
            raise InvalidStateError(f"Expected case {self.case_id} to wait for signal {name!r}, but it does not.")
        deliver_signal(tree, name, payload)
        return self._advance()

    def complete_job(self, context: RunContext, token_id: int, variables: Mapping[str, Any]) -> Advance:
        """An outside worker has done the job."""
        tree = self._begin(context)
        token = self._require_job(token_id)
        tree.recorder.add(
            JobCompleted(token_id=token_id, element_id=token.element_id, variables=dict(variables) or None)
        )
        if variables:
            token.set_variables({**token.data, **token.task_spec.result_variables(dict(variables))})
        token.task_spec.finish(token)
        return self._advance()

    def fail_job(
        self, context: RunContext, token_id: int, error: str, retries_left: int, retry_at: str | None = None
    ) -> Advance:
        """A try of the job failed; with none left the case stops here with an incident."""
        tree = self._begin(context)
        token = self._require_job(token_id)
        tree.recorder.add(
            JobFailed(
                token_id=token_id,
                element_id=token.element_id,
                retries_left=retries_left,
                retry_at=retry_at,
                error=error,
            )
        )
        if retries_left <= 0:
            open_incident(tree, token, ServiceTaskError(error))
        return self._advance()

    def throw_job_error(
        self, context: RunContext, token_id: int, code: str, message: str, variables: Mapping[str, Any]
    ) -> Advance:
        """The job ended in a BPMN error."""
        self._begin(context)
        token = self._require_job(token_id)
        if variables:
            token.set_variables({**token.data, **variables})
        self._attempt(token, lambda: throw_error(token, code, message))
        return self._advance()

    def change_variables(
        self, context: RunContext, variables: Mapping[str, Any], scope_id: int | None = None
    ) -> Advance:
        """Set variables everywhere in the case that sees the variables of its process.

        ``scope_id``: of the called process that runs in this call activity's token instead.
        """
        tree = self._begin(context)
        self._require_active()
        if scope_id is not None and scope_id not in tree.scopes:
            raise NotFoundError(f"Expected a running scope {scope_id} in case {self.case_id}, but there is none.")
        tree.recorder.add(VariablesChanged(names=sorted(variables), variables=dict(variables), scope_id=scope_id))
        change_everywhere(tree, variables, scope_id)
        return self._advance()

    def retry(self, context: RunContext, incident_no: int, variables: Mapping[str, Any]) -> Advance:
        """Try the faulted element again, with these variables set."""
        tree = self._begin(context)
        found = [t for t in tree.index.values() if t.internal_data.get("incident") == incident_no]
        if found:
            token = found[0]
            resolve_incident(token, "retried")
            change_token(token, variables)
            restart(token)
        elif tree.header.get("stuck") == incident_no:
            resolve_stuck(tree, "retried")
        else:
            raise NotFoundError(f"Expected an open incident {incident_no} in case {self.case_id}, but there is none.")
        return self._advance()

    def cancel(self, context: RunContext, reason: str | None) -> Advance:
        """Withdraw everything and end the case."""
        tree = self._begin(context)
        self._require_active()
        empty_scope(tree)
        resolve_stuck(tree, "cancelled")
        tree.ready.clear()
        tree.completed = True
        tree.header["outcome"] = "cancelled"
        tree.recorder.add(CaseCancelled(reason=reason))
        return self._advance()

    def act(self, context: RunContext, do: Callable[[CaseTree], None]) -> Advance:
        """Whatever else a command does to the tree of a running case, by hand: see ``bpmn.moving``."""
        tree = self._begin(context)
        self._require_active()
        do(tree)
        return self._advance()

    # ---- looking
    def variables(self) -> dict[str, Any]:
        """The variables of the case as one picture: every branch's changes, the latest last."""
        return scope_view(self.tree)

    def token_variables(self, token_id: int) -> dict[str, Any]:
        """The variables that one token sees."""
        return dict(self._require_token(token_id).data)

    def open_tokens(self) -> list[OpenToken]:
        """Every live token that people can see, oldest first."""
        return [
            OpenToken(token.id, token.element_id, token.task_spec.kind, token.workflow.parent_task_id, int(token.state))
            for token in sorted(self.tree.index.values(), key=lambda token: token.id)
            if token.is_live and token is not token.workflow.root
        ]

    # ---- inside
    def _begin(self, context: RunContext) -> CaseTree:
        tree = self.tree
        tree.context, tree.source = context, context.source
        tree.recorder.clear()
        context.asking.recorder = tree.recorder
        return tree

    def _attempt(self, token: Token, act: Callable[[], None]) -> None:
        """Do what came from outside; a fault in it is this token's."""
        try:
            act()
        except ProcessFaultError as fault:
            open_incident(self.tree, self.tree.index.get(token.id), fault)

    def _advance(self) -> Advance:
        tree = self.tree
        drive(tree)
        header = tree.header
        header.update(
            format=FORMAT,
            definition_id=self.definition.definition_id,
            process_id=self.process_id,
            next_token_id=tree.next_token_id,
            next_slot=tree.next_slot,
        )
        state = header.get("outcome", "active")
        if state != "active":
            tree.clear()
        recorder = tree.recorder
        changed = [row_of(token) for token in recorder.changed.values()]
        return Advance(recorder.events, changed, sorted(recorder.removed_slots), dict(header), state)

    def _require_active(self) -> None:
        if self.tree.completed:
            raise InvalidStateError(f"Expected case {self.case_id} to run, but it has ended.")

    def _require_token(self, token_id: int) -> Token:
        token = self.tree.index.get(token_id)
        if token is None:
            raise NotFoundError(f"Expected a token {token_id} in case {self.case_id}, but there is none.")
        return token

    def _require_open(self, token_id: int, kind: str) -> Token:
        token = self._require_token(token_id)
        if token.task_spec.kind != kind or not token.has_state(token.task_spec.waiting_state):
            raise InvalidStateError(
                f"Expected token {token_id} of case {self.case_id} to be an open {kind}, but it is at "
                f"{token.element_id!r} in state {'faulted' if token.has_state(ERROR) else int(token.state)}."
            )
        return token

    def _require_job(self, token_id: int) -> Token:
        token = self._require_token(token_id)
        if token.task_spec.node.job is None or not token.task_spec.can_happen(token):
            raise InvalidStateError(f"Expected an open job {token_id} in case {self.case_id}, but there is none.")
        return token
