"""Tasks: of people, of scripts, of decision tables, of outside workers (BPMN 2.0.2, 13.3.3)."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.assigning import settled
from workflow_engine.bpmn.deadlines import DUE, remember
from workflow_engine.bpmn.decisions import DecisionResult
from workflow_engine.bpmn.decisions import evaluate as evaluate_decision
from workflow_engine.bpmn.elements.activity import Activity
from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.evaluation import (
    feel_context,
    instant_of,
    iso,
    mapped,
    names_of,
    text_of,
    value_of,
    whole_number_of,
)
from workflow_engine.bpmn.messaging import throw_event
from workflow_engine.bpmn.model import DecisionRef
from workflow_engine.bpmn.scripts import ScriptContext, ScriptSandbox
from workflow_engine.bpmn.token import WAITING, Token
from workflow_engine.domain.errors import DecisionError, ExpressionError
from workflow_engine.domain.events import (
    DecisionEvaluated,
    JobCancelled,
    JobCreated,
    UserTaskCancelled,
    UserTaskCreated,
)
from workflow_engine.domain.events_teamwork import OpinionEnded, OpinionOpened
from workflow_engine.domain.timing import parse_instant

_SANDBOX = ScriptSandbox()
"""One per process; its workers start with the first script that needs one."""


class PassTask(Activity):
    """A task without a type, or one done outside any system: the token passes."""

    kind = "task"


class ManualTask(PassTask):
    """Done outside any system, so nobody has to tell the system (BPMN 2.0.2, 13.3.3)."""

    kind = "manualTask"


class UserTask(Activity):
    """Waits for a person.

    ``internal_data``: ``for`` who gets it, where somebody moved it there; see ``bpmn.signing`` as well.
    """

    kind = "userTask"

    def work(self, token: Token) -> bool | None:
        top = token.workflow.top_workflow
        asked_before = len(top.context.asking.used)
        created = self._created(token)
        for event in settled(token, created) if self._names_somebody(token) else (created,):
            top.recorder.add(event)
        if created.due_at is not None:
            remember(token, DUE, parse_instant(created.due_at), asked_before)
        return None

    def _names_somebody(self, token: Token) -> bool:
        """Whether the task is somebody's by its model or by who moved it; else everybody may take it."""
        spec = self.node.user_task
        named = spec is not None and (spec.assignee or spec.candidate_users or spec.candidate_groups)
        return bool(named) or "for" in token.internal_data

    def can_happen(self, token: Token) -> bool:
        return True

    def release(self, token: Token) -> None:
        recorder, state = token.workflow.top_workflow.recorder, token.internal_data
        if token.has_state(self.waiting_state) and "done" not in state:
            recorder.add(UserTaskCancelled(token_id=token.id, element_id=self.element_id))
        for number, (_, subject, _, is_open) in state.get("opinions", {}).items():
            recorder.add(
                OpinionEnded(
                    opinion_no=int(number), token_id=token.id, element_id=self.element_id, subject=subject,
                    outcome="withdrawn",
                )
            )  # fmt: skip
            if is_open:
                recorder.add(UserTaskCancelled(token_id=int(number), element_id=self.element_id))

    def done(self, token: Token) -> None:
        """The task itself is completed: go on, or have the signers asked who come beside or after it."""
        opinions = token.internal_data.get("opinions")
        if not opinions:
            self.finish(token)
            return
        opened = {number: [*asked[:3], True] for number, asked in opinions.items()}
        token.note(done=True, opinions=opened)
        for number, (_, subject, _, is_open) in opinions.items():
            if not is_open:
                token.workflow.top_workflow.recorder.add(
                    OpinionOpened(
                        opinion_no=int(number), token_id=token.id, element_id=self.element_id, subject=subject
                    )
                )
                self.open_opinion(token, int(number))

    def open_opinion(self, token: Token, number: int) -> None:
        """A signer gets a task of their own."""
        _, subject, is_group, _ = token.internal_data["opinions"][str(number)]
        token.workflow.top_workflow.recorder.add(
            UserTaskCreated(
                token_id=number,
                element_id=self.element_id,
                name=self.node.name,
                lane=self.node.lane,
                assignee=None if is_group else subject,
                candidate_groups=[subject] if is_group else None,
            )
        )

    def _created(self, token: Token) -> UserTaskCreated:
        spec, data, context = self.node.user_task, token.data, token.workflow.top_workflow.context
        meant_for = token.internal_data.get("for")
        if spec is None:
            return UserTaskCreated(
                token_id=token.id,
                element_id=self.element_id,
                name=self.node.name,
                lane=self.node.lane,
                assignee=meant_for,
            )
        due = instant_of(spec.due, data, context) if spec.due else None
        follow_up = instant_of(spec.follow_up, data, context) if spec.follow_up else None
        return UserTaskCreated(
            token_id=token.id,
            element_id=self.element_id,
            name=text_of(spec.name, data, context) if spec.name else self.node.name,
            lane=self.node.lane,
            assignee=meant_for or (text_of(spec.assignee, data, context) if spec.assignee else None),
            candidate_users=names_of(spec.candidate_users, data, context) if spec.candidate_users else None,
            candidate_groups=names_of(spec.candidate_groups, data, context) if spec.candidate_groups else None,
            form_key=spec.form_key,
            due_at=iso(due) if due else None,
            follow_up_at=iso(follow_up) if follow_up else None,
            priority=whole_number_of(spec.priority, data, context) if spec.priority else None,
        )


class ScriptTask(Activity):
    """Runs its script in the sandbox, or evaluates its FEEL expression."""

    kind = "scriptTask"

    def work(self, token: Token) -> bool | None:
        script = self.node.script
        if script is None:
            return True
        context = token.workflow.top_workflow.context
        if script.is_expression:
            value = value_of(script.source, token.data, context)
            if script.result_variable:
                token.set_variables({**token.data, script.result_variable: value})
            return True
        seen = ScriptContext(now=context.now, seed=context.seed + token.id)
        token.set_variables(_SANDBOX.run(script.source, token.data, seen).applied_to(token.data))
        return True


class JobTask(Activity):
    """Work outside the case: a job that a connector or an outside worker does and reports back."""

    kind = "serviceTask"

    def work(self, token: Token) -> bool | None:
        job, context = self.node.job, token.workflow.top_workflow.context
        if job is None:
            return True
        token.workflow.top_workflow.recorder.add(
            JobCreated(
                token_id=token.id,
                element_id=self.element_id,
                topic=job.topic,
                retries=job.retries,
                variables=dict(token.data),
                headers=mapped(job.headers, token.data, context) or None,
            )
        )
        return None

    def can_happen(self, token: Token) -> bool:
        return self.node.job is not None and token.has_state(self.waiting_state)

    def result_variables(self, values: dict[str, Any]) -> dict[str, Any]:
        """How a worker's answer enters the variables."""
        name = self.node.job.result_variable if self.node.job is not None else None
        return {name: values} if name else values

    def release(self, token: Token) -> None:
        if self.can_happen(token):
            token.workflow.top_workflow.recorder.add(JobCancelled(token_id=token.id, element_id=self.element_id))


class SendTask(JobTask):
    """Sends its message; with a job, an outside worker sends it."""

    kind = "sendTask"

    def work(self, token: Token) -> bool | None:
        if self.node.job is not None:
            return super().work(token)
        for position, definition in enumerate(self.node.events):
            throw_event(token, position, definition)
        return True if token.id in token.workflow.top_workflow.index else None  # its message may have ended it


class ReceiveTask(Activity, CatchElement):
    """Waits for its message; one that names none waits for a message named like the task."""

    kind = "receiveTask"
    waiting_state = WAITING

    def work(self, token: Token) -> bool | None:
        return True if self.subscribe(token) else None


class DecisionTask(JobTask):
    """A business rule task: asks a decision table, and records which rules answered."""

    kind = "businessRuleTask"

    def work(self, token: Token) -> bool | None:
        ref = self.node.decision
        if ref is None:
            return super().work(token)
        decision = self.scope_spec.definition.decisions.get(ref.decision_id)
        if decision is None:
            raise DecisionError(f"Expected a decision {ref.decision_id!r} in this version, but there is none.")
        result = evaluate_decision(decision, token.data, feel_context(token.workflow.top_workflow.context))
        token.workflow.top_workflow.recorder.add(
            DecisionEvaluated(
                token_id=token.id,
                element_id=self.element_id,
                decision_id=ref.decision_id,
                hit_policy=str(result.hit_policy),
                matched_rules=list(result.matched_rules),
                definition_id=self.scope_spec.definition.definition_id,
                inputs=result.inputs,
                outputs=result.outputs,
                required=_required(result),
            )
        )
        token.set_variables({**token.data, **self._answer(ref, result.outputs)})
        return True

    def _answer(self, ref: DecisionRef, outputs: Any) -> dict[str, Any]:
        shaped = _shaped(outputs, ref.shape, ref.decision_id)
        if ref.result_variable:
            return {ref.result_variable: shaped}
        if isinstance(shaped, dict):
            return dict(shaped)
        if shaped is None:
            return {}
        return {ref.decision_id: shaped}


def _required(result: DecisionResult) -> list[dict[str, Any]] | None:
    """The tables that were asked before the decision's own, as the record keeps them."""
    others = [
        {
            "decision_id": trace.decision_id,
            "hit_policy": trace.hit_policy,
            "matched_rules": list(trace.matched_rules),
            "inputs": trace.inputs,
        }
        for trace in result.tables
        if trace.decision_id != result.decision_id
    ]
    return others or None


def _shaped(outputs: Any, shape: str | None, decision_id: str) -> Any:
    """Camunda's four shapes of a decision result; the plain value of the hit policy without one."""
    rows = outputs if isinstance(outputs, list) else [] if outputs is None else [outputs]
    if shape in ("single_entry", "single_result") and len(rows) > 1:
        raise DecisionError(f"Expected decision {decision_id!r} to give one result, but it gives {len(rows)}.")
    if shape == "single_entry":
        return _only_value(rows[0], decision_id) if rows else None
    if shape == "single_result":
        return rows[0] if rows else None
    if shape == "collect_entries":
        return [_only_value(row, decision_id) for row in rows]
    if shape == "result_list":
        return rows
    return outputs


def _only_value(row: Any, decision_id: str) -> Any:
    if not isinstance(row, dict):
        return row
    if len(row) != 1:
        raise ExpressionError(f"Expected decision {decision_id!r} to have one output, but it has {len(row)}.")
    return next(iter(row.values()))
