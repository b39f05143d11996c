"""Standard loops and multi-instance activities (BPMN 2.0.2, 13.3.6 and 13.3.7).

The activity's token is a frame around its bodies: boundary events and flows belong to the frame, each body is a token
below it. A finished body stays as a row of its own with its output until the activity ends, so that completing one of a
thousand participants writes two rows, not a list of a thousand.

``internal_data`` of the frame: ``n`` bodies in all, ``next`` to start, ``done``, ``dropped``; ``result`` what bodies
changed, ``last`` what the body that finished just now saw, while the completion condition looks at it.
"""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.elements.boundary import close_boundaries, open_boundaries
from workflow_engine.bpmn.elements.element import Element
from workflow_engine.bpmn.evaluation import condition_of, value_of, whole_number_of
from workflow_engine.bpmn.model import Loop, Node
from workflow_engine.bpmn.scoping import withdraw
from workflow_engine.bpmn.token import COMPLETED, ERROR, FUTURE, READY, Token
from workflow_engine.bpmn.tree import ScopeSpec, difference
from workflow_engine.domain.errors import ExpressionError, ProcessFaultError
from workflow_engine.domain.variables import merge3

MOST_INSTANCES = 10_000


class LoopFrame(Element):
    """What standard loop and multi-instance share: the boundary, and bodies that report back."""

    def __init__(self, spec: ScopeSpec, name: str, node: Node, body: Element) -> None:
        super().__init__(spec, name, node)
        self.loop = node.loop or Loop(kind="standard")
        self.body = body
        body.container = self

    def execute(self, token: Token) -> bool | None:
        if "begun" not in token.internal_data:
            open_boundaries(token)
            if token.id not in token.workflow.tasks:
                return None
            token.internal_data["begun"] = True
        return self.turn(token)

    def turn(self, token: Token) -> bool | None:
        """Begin, or go on after a body: True when the activity is done."""
        raise AssertionError("every loop has its own turn")

    def start_body(
        self, token: Token, number: int, variables: dict[str, Any], noted: dict[str, Any] | None = None
    ) -> int:
        """One more body; ``number`` counts from 1 (attribute loopCounter, table 10.30). Returns its token."""
        body = token.workflow.new_token(self.body, token, FUTURE, {**variables, "loopCounter": number})
        body.internal_data = {"number": number, **(noted or {})}
        self.body.arrive(body)
        return body.token_id

    def body_done(self, token: Token, body: Token) -> None:
        """A body has finished: keep what it leaves, and have the frame take its turn before anything else runs.

        A frame that has stopped with an incident takes its turn when that is mended.
        """
        self.take_in(token, body)
        token.note(done=token.internal_data.get("done", 0) + 1)
        if not token.has_state(ERROR):
            token._set_state(READY)
            token.workflow.top_workflow.ready.appendleft(token)

    def with_body(self, token: Token, variables: dict[str, Any]) -> dict[str, Any]:
        """The variables around the activity when a body is left early with these."""
        return merge3(token.data, self.variables_now(token), self.lasting(token, variables))[0]

    def lasting(self, token: Token, variables: dict[str, Any]) -> dict[str, Any]:
        """The variables of a body without those that are its own."""
        own = {"loopCounter"}
        kept = {name: value for name, value in variables.items() if name not in own}
        return {**kept, **{name: value for name, value in token.data.items() if name in own}}

    def take_in(self, token: Token, body: Token) -> None:
        """Keep what a finished body leaves behind."""
        raise AssertionError("every loop takes in its bodies in its own way")

    def _on_complete(self, token: Token) -> None:
        close_boundaries(token)
        super()._on_complete(token)


class StandardLoop(LoopFrame):
    """Repeats its body while the condition holds, at most ``loopMaximum`` times."""

    kind = "standardLoop"

    def turn(self, token: Token) -> bool | None:
        turns = token.internal_data.get("done", 0)
        if (turns or self.loop.test_before) and not self._goes_on(token, turns):
            return True
        self.start_body(token, turns + 1, token.data)
        return None

    def _goes_on(self, token: Token, turns: int) -> bool:
        if self.loop.maximum is not None and turns >= self.loop.maximum:
            return False
        if self.loop.condition is None:
            return True
        variables = {**token.data, "loopCounter": turns}
        return condition_of(self.loop.condition, variables, token.workflow.top_workflow.context)

    def take_in(self, token: Token, body: Token) -> None:
        token.set_variables(self.lasting(token, body.data))
        token.workflow.forget(body)
        token._children.remove(body.id)

    def variables_now(self, token: Token) -> dict[str, Any]:
        for body in token.children:
            if body.task_spec is self.body:
                return self.lasting(token, self.body.variables_now(body))
        return token.data


class MultiInstance(LoopFrame):
    """One body per item or number, all at once or one after the other."""

    kind = "multiInstance"

    def turn(self, token: Token) -> bool | None:
        state = token.internal_data
        if "n" not in state:
            state.update(n=self._count(token), next=0, done=0)
            token.note()
        elif state.get("enough") or ("last" in state and self._is_enough(token)):
            self._drop_open_bodies(token)
            return self._conclude(token)
        if state["done"] >= state["n"]:
            return self._conclude(token)
        if self.loop.kind == "sequential":
            if state["done"] == state["next"]:
                self._start_next(token, {**token.data, **self._changed(token)})
        else:
            while state["next"] < state["n"] and token.id in token.workflow.tasks:
                self._start_next(token, token.data)
        return None

    # ---- beginning
    def _count(self, token: Token) -> int:
        context = token.workflow.top_workflow.context
        if self.loop.collection is not None:
            count = len(self._items(token))
        else:
            count = whole_number_of(self.loop.cardinality or "null", token.data, context)
        if not 0 <= count <= MOST_INSTANCES:
            raise ExpressionError(
                f"Expected {self.element_id!r} to have 0 to {MOST_INSTANCES} instances, but it has {count}."
            )
        return count

    def _items(self, token: Token) -> list[Any]:
        """The collection, evaluated once per load: the frame's variables stay as they are while its bodies run."""
        if token.items is None:
            token.items = self._evaluate_items(token)
        return token.items

    def _evaluate_items(self, token: Token) -> list[Any]:
        source = self.loop.collection or "null"
        items = value_of(source, token.data, token.workflow.top_workflow.context)
        if isinstance(items, dict):
            return list(items.values())
        if not isinstance(items, list):
            raise ExpressionError(
                f"Expected collection {source!r} of {self.element_id!r} to be a list, but it is {items!r}."
            )
        return items

    def _start_next(self, token: Token, variables: dict[str, Any]) -> None:
        number = token.internal_data["next"] + 1
        token.note(next=number)
        self.start_body(token, number, {**variables, **self._own(token, number)})

    def _own(self, token: Token, number: int, beyond: Any = None) -> dict[str, Any]:
        """The variable that holds the instance's item; ``beyond`` for those that the collection does not have."""
        if self.loop.collection is None or not self.loop.item:
            return {}
        items = self._items(token)
        return {self.loop.item: items[number - 1] if number <= len(items) else beyond}

    # ---- changed by hand
    def add_instance(self, token: Token, person: str) -> None:
        """One parallel body more, for this person; the completion condition counts it."""
        number = token.internal_data["next"] + 1
        token.note(next=number, n=token.internal_data["n"] + 1)
        variables = {**token.data, **self._own(token, number, person)}
        self.start_body(token, number, variables, {"for": person})

    def remove_instance(self, token: Token, body: Token) -> None:
        """One parallel body less; what is left may be enough."""
        token.note(n=token.internal_data["n"] - 1)
        withdraw(body)
        state = token.internal_data
        if state["done"] >= state["n"] or (state["done"] and self._is_enough_without(token)):
            token._set_state(READY)
            token.workflow.top_workflow.ready.append(token)

    def _is_enough_without(self, token: Token) -> bool:
        """The completion condition with the new counters; false where it asks for what only a body knows."""
        if self.loop.completion_condition is None:
            return False
        token.internal_data["last"] = {}
        try:
            enough = self._is_enough(token)
        except ProcessFaultError:
            token.internal_data.pop("last", None)
            return False
        if enough:
            token.internal_data["last"] = {}
        return enough

    def reopen(self, token: Token, number: int, person: str, noted: dict[str, Any]) -> int:
        """A finished body begins again; in a sequence the body after it is withdrawn. Returns the new token."""
        state = token.internal_data
        for child in list(token.children):
            if child.task_spec is not self.body:
                continue
            if child.internal_data.get("kept") and child.internal_data["number"] == number:
                token._children.remove(child.id)
                token.workflow.forget(child)
                self._collected(token).pop(number, None)
            elif child.is_live and self.loop.kind == "sequential":
                withdraw(child)
                state["next"] -= 1
        token.note(done=state["done"] - 1)
        variables = {**self._base(token), **self._own(token, number, person)}
        return self.start_body(token, number, variables, noted)

    # ---- a body is done
    def take_in(self, token: Token, body: Token) -> None:
        loop, tree = self.loop, token.workflow
        output = None
        if loop.output_collection is not None:
            source = loop.output_item or "null"
            output = value_of(source, body.data, tree.top_workflow.context)
        self._keep_changes(token, body, body.data)
        if loop.completion_condition is not None:
            token.internal_data["last"] = difference(token.data, body.data)[0]
        if loop.output_collection is None:
            tree.forget(body)
            token._children.remove(body.id)
            return
        body.internal_data = {"kept": True, "number": body.internal_data["number"], "output": output}
        body.data = dict(token.data)
        tree.top_workflow.recorder.touch(body)
        self._collected(token)[body.internal_data["number"]] = output

    def _keep_changes(self, token: Token, body: Token, variables: dict[str, Any]) -> None:
        """What a body changed outlives it: all of it, or only what existed before where outputs are declared."""
        so_far = {**token.data, **self._changed(token)}
        merged, conflicts = merge3(self._base(token), so_far, self.lasting(token, variables))
        body.workflow.top_workflow.recorder.add_conflicts(body, conflicts)
        if changed := difference(token.data, merged)[0]:
            token.note(result=changed)

    def lasting(self, token: Token, variables: dict[str, Any]) -> dict[str, Any]:
        own = {self.loop.item, "loopCounter", self.loop.output_item}
        declared = self.loop.output_collection is not None
        kept = {
            name: value for name, value in variables.items() if name not in own and (name in token.data or not declared)
        }
        return {**kept, **{name: value for name, value in token.data.items() if name in own}}

    def _base(self, token: Token) -> dict[str, Any]:
        """The variables that the open bodies began with."""
        return token.data if self.loop.kind == "parallel" else {**token.data, **self._changed(token)}

    def variables_now(self, token: Token) -> dict[str, Any]:
        variables, base = {**token.data, **self._changed(token)}, self._base(token)
        for body in self._at_work(token):
            variables = merge3(base, variables, self.lasting(token, self.body.variables_now(body)))[0]
        if self.loop.output_collection is not None and token.internal_data.get("done"):
            variables[self.loop.output_collection] = self._in_order(token)
        return variables

    def _changed(self, token: Token) -> dict[str, Any]:
        changed: dict[str, Any] = token.internal_data.get("result", {})
        return changed

    def _collected(self, token: Token) -> dict[int, Any]:
        """Number to output of every finished body; read from their rows once after a cold load."""
        if token.outputs is None:
            token.outputs = {
                child.internal_data["number"]: child.internal_data["output"]
                for child in token.children
                if child.internal_data.get("kept")
            }
        return token.outputs

    def _in_order(self, token: Token) -> list[Any]:
        outputs = self._collected(token)
        return [outputs[number] for number in sorted(outputs)]

    def _is_enough(self, token: Token) -> bool:
        """The completion condition, which sees the counters, the outputs so far and what the last body saw."""
        state = token.internal_data
        variables = {**token.data, **self._changed(token), **state["last"]}
        active = state["n"] - state["done"] if self.loop.kind == "parallel" else 0
        variables.update(
            nrOfInstances=state["n"],
            nrOfActiveInstances=active,
            nrOfCompletedInstances=state["done"],
            nrOfTerminatedInstances=state.get("dropped", 0),
        )
        if self.loop.output_collection is not None:
            variables[self.loop.output_collection] = self._in_order(token)
        enough = condition_of(self.loop.completion_condition or "false", variables, token.workflow.top_workflow.context)
        del state["last"]
        return enough

    # ---- ending
    def _drop_open_bodies(self, token: Token) -> None:
        for body in self._at_work(token):
            self._keep_changes(token, body, self.body.variables_now(body))
        for child in token.children:
            if child.is_live and child.task_spec is self.body:
                withdraw(child)
                token.internal_data["dropped"] = token.internal_data.get("dropped", 0) + 1

    def _at_work(self, token: Token) -> list[Token]:
        """Open bodies that may have changed something already: those with a scope of their own."""
        scopes = token.workflow.top_workflow.scopes
        return [child for child in token.children if child.id in scopes and child.task_spec is self.body]

    def _conclude(self, token: Token) -> bool:
        variables = {**token.data, **self._changed(token)}
        if self.loop.output_collection is not None:
            variables[self.loop.output_collection] = self._in_order(token)
        for child in token.children:
            if child.state == COMPLETED:
                token.workflow.forget(child)
                token._children.remove(child.id)
        token.set_variables(variables)
        return True
